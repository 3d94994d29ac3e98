import pytest

from speechbrain_clser.labels import (
    CANONICAL,
    ENGLISH,
    FOREIGN,
    SYNONYMS,
    Scheme,
    canonical,
    refuse_unsafe,
)


def test_canonical_names_are_sorted_and_unique():
    assert list(CANONICAL) == sorted(set(CANONICAL))


def test_no_word_has_two_emotions():
    pairs = [
        (word.strip(), emotion)
        for table in (ENGLISH, FOREIGN)
        for emotion, text in table.items()
        for word in text.replace(";", ",").split(",")
    ]
    assert len({word for word, _ in pairs}) == len(pairs)
    assert {emotion for _, emotion in pairs} == {*CANONICAL}
    assert all(canonical(word) == emotion for word, emotion in pairs)


def test_synonyms_map_to_canonical_names():
    assert set(SYNONYMS.values()) <= set(CANONICAL)
    assert set(SYNONYMS) & set(CANONICAL) == set()


@pytest.mark.parametrize("name", CANONICAL)
def test_canonical_name_maps_to_itself(name):
    assert canonical(name) == name


@pytest.mark.parametrize(
    "label, name",
    [
        *[("Happy", "happiness"), (" ANGER ", "anger"), ("anxiety", "fear")],
        *[("FEA", "fear"), ("DIS", "disgust"), ("SUR", "surprise")],
        *[("FRU", "frustration"), ("OTH", "other"), ("BOR", "boredom")],
        *[("xxx", "other"), ("EXC", "excitement"), ("afraid", "fear")],
        *[("Ärger", "anger"), ("A\u0308rger", "anger"), ("arger", "anger")],
        *[("Wut", "anger"), ("Langeweile", "boredom"), ("traurig", "sadness")],
        *[("colère", "anger"), ("degout", "disgust"), ("peur", "fear")],
        *[("enojo", "anger"), ("alegría", "happiness"), ("miedo", "fear")],
        *[("rabbia", "anger"), ("gioia", "happiness"), ("noia", "boredom")],
        *[("生气", "anger"), ("高興", "happiness"), ("中性", "neutral")],
    ],
)
def test_case_and_blanks_do_not_matter(label, name):
    assert canonical(label) == name


@pytest.mark.parametrize("label", ["grumpy", "", "F"])
def test_unknown_label_raises_with_known_labels(label):
    with pytest.raises(KeyError, match="expected one of anger, boredom"):
        canonical(label)


def test_index_follows_the_order_of_the_classes():
    scheme = Scheme(["sadness", "anger"])
    assert (scheme.index("sadness"), scheme.index("anger")) == (0, 1)
    assert len(scheme) == 2


def test_emotion_outside_classes_has_no_index():
    assert Scheme(["anger", "sadness"]).index("fear") is None


def test_merged_emotion_has_the_index_of_its_class():
    scheme = Scheme(["anger", "neutral"], merge_classes={"calm": "neutral"})
    assert scheme.index("calm") == scheme.index("neutral") == 1


def test_merge_of_a_corpus_applies_to_it_only():
    merge = {"excitement": "happiness", "turev": {"calm": "neutral"}}
    scheme = Scheme(["calm", "happiness", "neutral"], merge)
    assert scheme.merged("turev", "calm") == "neutral"
    assert scheme.merged("ravdess", "calm") == "calm"
    assert scheme.index("excitement") == 1
    with pytest.raises(ValueError, match="of turev: 'calm' -> 'fear' must"):
        Scheme(["calm", "neutral"], {"turev": {"calm": "fear"}})


def test_scheme_copies_its_arguments():
    classes, merge_classes = ["anger", "neutral"], {}
    scheme = Scheme(classes, merge_classes)
    classes.append("fear")
    merge_classes["calm"] = "neutral"
    assert (len(scheme), scheme.index("calm")) == (2, None)


@pytest.mark.parametrize(
    "classes, merge_classes, message",
    [
        (["angry", "neutral"], None, "'angry' is no .*; write anger"),
        (["neutral"], {"angry": "neutral"}, "'angry' is no .*; write anger"),
        (["No  Stress", "stress"], None, "write no stress"),
        (["", "stress"], None, "give it a name"),
        ([True, False], None, "found True; put it in quotes"),
        (["1", 2], None, "found 2; put it in quotes"),
    ],
)
def test_name_not_normalised_raises(classes, merge_classes, message):
    with pytest.raises(ValueError, match=message):
        Scheme(classes, merge_classes)


def test_classes_may_be_user_labels():
    scheme = Scheme(
        ["stress", "no stress"], merge_classes={"calm": "no stress"}
    )
    assert [scheme.index(name) for name in ("stress", "calm")] == [0, 1]


@pytest.mark.parametrize("classes", [[], ["anger", "anger"]])
def test_empty_or_duplicate_classes_raise(classes):
    with pytest.raises(ValueError, match="one or more different names"):
        Scheme(classes)


@pytest.mark.parametrize(
    "merge_classes",
    [{"calm": "fear"}, {"anger": "neutral"}, {"anger": "anger"}],
)
def test_invalid_merge_raises(merge_classes):
    with pytest.raises(ValueError, match="must lead from an emotion"):
        Scheme(["anger", "neutral"], merge_classes)


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\t=1", "a\x1b[2J", "a\nb"]
    + ["<img src=x>", "a|b", "", " ", 1, None, "\u202eabc"],
)
def test_unsafe_name_raises(name):
    with pytest.raises(
        ValueError, match="classes: expected names that do not start"
    ):
        refuse_unsafe(["anger", name], "classes")


def test_names_of_any_script_are_accepted():
    refuse_unsafe(["very sad", "Überraschung", "愤怒", "a=b", "x-y"], "classes")
