import pytest

from speechbrain_clser.data.protocol import load
from speechbrain_clser.data.protocol_files import folder_name


def test_unknown_file_is_refused_with_the_nearest_names():
    with pytest.raises(FileNotFoundError, match="'x.yaml': .* found no such"):
        load("x.yaml")
    with pytest.raises(FileNotFoundError, match="no protocol 'demos'.*demo"):
        load("demos")


def test_folder_of_a_protocol_has_a_safe_name():
    assert folder_name("emodb_to_emovo_few_inductive") == (
        "emodb_to_emovo_few_inductive"
    )
    assert folder_name("a+b_to_c:share=0.2") == "a+b_to_c-share-0.2"
    assert folder_name("iemocap_to_iemocap/1") == "iemocap_to_iemocap-1"
    assert folder_name("/data/my own.yaml") == "my own"


def test_fold_of_emobox_is_source_and_target_with_official_splits(tmp_path):
    found = load("emobox:iemocap/2")
    assert found.sources == found.targets == ("emobox_iemocap_2",)
    assert found.predefined_splits == {"emobox_iemocap_2": "official"}
    assert found.merge_classes == {"excitement": "happiness"}
    path = tmp_path / "fold.yaml"
    path.write_text("sources: [emobox:emodb, cafe]\ntargets: [urdu]\n")
    found = load(path)
    assert found.sources == ("emobox_emodb_1", "cafe")
    assert found.predefined_splits == {"emobox_emodb_1": "official"}
    path.write_text("sources: [cameo:nemo]\ntargets: [emobox:urdu]\n")
    found = load(str(path))
    assert found.sources == ("cameo_nemo",)
    assert [*found.predefined_splits] == ["emobox_urdu_1"]


@pytest.mark.parametrize("name", ["emobox:", "emobox:emodb/x", "emobox:a/0"])
def test_fold_of_another_form_is_refused(name):
    with pytest.raises(ValueError, match="expected emobox:<corpus>/<fold>"):
        load(name)
