"""Section on communities and anchors."""

from speechbrain_clser.evaluation.document import Items, Picture, Table, Text
from speechbrain_clser.evaluation.sections.anchoring import anchoring


def of(kind, blocks):
    """Return the blocks of one kind."""
    return [block for block in blocks if isinstance(block, kind)]


def test_report_without_anchoring_has_no_section(plain):
    assert anchoring(plain) == []


def test_each_emotion_has_a_row(anchored):
    numbers, _ = of(Table, anchoring(anchored))
    assert numbers.rows == [
        ["anger", 8, 1, 2, "0.43", *("0.00", "1.00", "0.00"), "1.00"],
        ["happiness", 8, 1, 2, "0.43", *("0.00", "1.00", "0.00"), "1.00"],
    ]


def test_measures_without_values_have_no_column(anchored):
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


def test_missing_anchors_have_a_sentence(anchored):
    texts = [text.text for text in of(Text, anchoring(anchored))]
    assert not any("no phone anchors" in text for text in texts)
    for emotion in anchored["anchoring"]["emotions"]:
        emotion["anchors"] = []
    texts = [text.text for text in of(Text, anchoring(anchored))]
    assert any("no phone anchors" in text for text in texts)


def test_warnings_are_listed_by_emotion(anchored):
    (warnings,) = of(Items, anchoring(anchored))
    emotions, texts = zip(*warnings.items, strict=True)
    assert emotions == ("anger", "happiness")
    assert "coincide with the sexes" in texts[0]


def test_references_of_styles_are_described(anchored):
    start = "Style vectors: 16 minus the mean of the language. Omitted: 7 "
    assert Text(f"{start}utterances of unknown emotion.") in anchoring(anchored)


def test_pseudo_labels_have_a_figure_and_a_sentence(anchored):
    *_, figure, sentence = anchoring(anchored)
    assert isinstance(figure, Picture)
    assert "30 of 48 (seed 1) and 30 of 48 (seed 2)" in sentence.text


def test_no_unlabelled_utterances_give_no_figure(anchored):
    for line in anchored["anchoring"]["believed"]:
        line |= {"n_unlabelled": 0, "n_believed": [0, 0]}
    assert len(of(Picture, anchoring(anchored))) == 1


def test_missing_communities_have_a_sentence(anchored):
    anchored["anchoring"]["emotions"] = []
    blocks = anchoring(anchored)
    assert of(Table, blocks) == []
    assert any("No speaker" in block.text for block in of(Text, blocks))
