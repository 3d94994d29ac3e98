"""Communities and anchors: told where there are any, and not otherwise."""

from speechbrain_clser.evaluation.document import Items, Picture, Table, Text
from speechbrain_clser.evaluation.sections.anchoring import anchoring


def of(kind, blocks):
    """Blocks of one kind."""
    return [block for block in blocks if isinstance(block, kind)]


def test_report_without_anchors_has_no_such_section(plain):
    assert anchoring(plain) == []


def test_every_emotion_has_a_row_of_numbers(anchored):
    numbers, _ = of(Table, anchoring(anchored))
    assert numbers.rows == [
        ["anger", 8, 1, 2, "0.43", *("0.00", "1.00", "0.00"), "1.00"],
        ["happiness", 8, 1, 2, "0.43", *("0.00", "1.00", "0.00"), "1.00"],
    ]


def test_only_measures_that_nobody_took_have_no_column(anchored):
    for emotion in anchored["anchoring"]["emotions"]:
        emotion |= {"ari_seeds": None, "nmi_corpus": None, "nmi_gender": None}
    anchored["anchoring"]["emotions"][1]["nmi_gender"] = 0.5
    numbers, _ = of(Table, anchoring(anchored))
    assert numbers.columns[4:] == ["modularity", "NMI language", "NMI gender"]
    assert [row[-1] for row in numbers.rows] == [None, "0.50"]


def test_anchors_are_listed_by_weight(anchored):
    _, anchors = of(Table, anchoring(anchored))
    listed = "a (2.00), e (1.75), i (1.50), o (1.25), ʃ (1.00)"
    assert anchors.rows == [["anger", listed], ["happiness", "none"]]


def test_no_anchor_at_all_is_said(anchored):
    texts = [text.text for text in of(Text, anchoring(anchored))]
    assert not any("nothing was anchored" in text for text in texts)
    for emotion in anchored["anchoring"]["emotions"]:
        emotion["anchors"] = []
    texts = [text.text for text in of(Text, anchoring(anchored))]
    assert any("nothing was anchored" in text for text in texts)


def test_warnings_stand_beside_the_emotion_they_are_about(anchored):
    (warnings,) = of(Items, anchoring(anchored))
    emotions, texts = zip(*warnings.items, strict=True)
    assert emotions == ("anger", "happiness")
    assert "largely the sexes" in texts[0]


def test_where_styles_come_from_is_told(anchored):
    said = "Styles measured: 16 from the mean of the language. Left out: 7 "
    assert Text(f"{said}utterances of unknown emotion.") in anchoring(anchored)


def test_guesses_believed_are_drawn_and_told(anchored):
    *_, drawn, said = anchoring(anchored)
    assert isinstance(drawn, Picture)
    assert "30 of 48 (seed 1) and 30 of 48 (seed 2)" in said.text


def test_no_guesses_no_picture_of_them(anchored):
    for line in anchored["anchoring"]["believed"]:
        line |= {"n_unlabelled": 0, "n_believed": [0, 0]}
    assert len(of(Picture, anchoring(anchored))) == 1


def test_nobody_heard_often_enough_is_said_in_place_of_graphs(anchored):
    anchored["anchoring"]["emotions"] = []
    blocks = anchoring(anchored)
    assert of(Table, blocks) == []
    assert any("No speaker" in block.text for block in of(Text, blocks))
