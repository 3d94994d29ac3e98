import re

import pytest
from huggingface_hub import ModelCard, ModelCardData

from speechbrain_clser import URL, __version__
from speechbrain_clser.contrib.publish import card as cards
from speechbrain_clser.inference.readme import LEARNT_FROM

README = """\
# Recogniser

Classes: a, b.

## Use

from_hparams("path/of/this/folder")
"""
TRAINING = {"trial": 0, "seed": 2, "phase": "target", "epoch": 7}


def of(report, readme=README, **more):
    """Write a card."""
    data = ModelCardData(license="other", tags=["speech"])
    return cards.card(report, readme, data, "me/model", TRAINING, **more)


def headings(text):
    return re.findall("^#+ (.+)$", text, flags=re.MULTILINE)


def test_card_begins_with_metadata_that_the_hub_reads(output):
    found = ModelCard(of(output)).data.to_dict()
    assert found == {"license": "other", "tags": ["speech"]}


def test_card_is_the_readme_with_the_report_around_it(output):
    assert headings(of(output)) == [
        *("Recogniser", "Use", "Results", "Languages", "Intended use"),
        *("Limits", "Data", "Protocol", "Audit", "Training", "Citing"),
    ]


def test_card_replaces_results_and_limits_of_the_readme(output):
    text = of(
        output,
        f"{README}\n## Results\n\nstale\n\n## Limits\n\nstale\n\n## More\n\nx\n",
    )
    assert "stale" not in text
    assert headings(text)[:4] == ["Recogniser", "Use", "More", "Results"]
    assert headings(text).count("Limits") == 1


def test_score_is_above_the_usage(output):
    text = of(output)
    assert output["verdict"]["sentence"] in text.partition("## Use")[0]
    assert text.index("Classes: a, b.") < text.index("UAR on Urdu")
    assert text.index("UAR on Urdu") < text.index("## Use")


def test_card_loads_the_model_by_hub_id(output):
    assert 'from_hparams("me/model")' in of(output)
    assert "path/of/this/folder" not in of(output)


def test_readme_without_headings_is_kept_whole(output):
    text = of(output, "# Mine\n\nWritten by hand.\n")
    assert text.index("Written by hand.") < text.index("## Results")


def test_scores_are_read_from_the_report(output):
    uar = output["parts"]["test"]["scores"]["uar"]
    uar |= {"mean": 0.1234, "low": 0.1111, "high": 0.2222}
    output["parts"]["test"]["chance_uar"] = 0.3333
    text = of(output)
    assert "**12.3 %** UAR on Urdu · 95 % interval [11.1, 22.2]" in text
    assert "chance 33.3 · mean of 2 seeds" in text
    assert "| test | 12.3 | [11.1, 22.2] |" in text


def test_notices_are_next_to_the_score(output):
    output["notices"] = ["Synthetic: not applicable to human speech."]
    head, _, _ = of(output).partition("## Use")
    assert output["notices"][0] in head


def test_score_of_the_published_training_is_given(output):
    output["parts"]["test"]["per_seed"][1]["uar"] = 0.4321
    assert "(seed 2) has a UAR of 43.2 on the target corpus" in of(output)


def test_single_training_is_the_mean(output):
    del output["parts"]["test"]["per_seed"][0]
    assert "The published training" not in of(output)


def test_recall_of_each_class_is_given(output):
    table = of(output).partition("| class | utterances | recall |")[2]
    for name in output["classes"]:
        assert f"\n| {name} | 16 | " in table


def test_baselines_are_listed(output):
    output["baselines"] = [
        {
            "name": "nearest_mean",
            "uar": {"mean": 0.4, "low": 0.3, "high": 0.5},
            "difference": {"mean": 0.1, "low": 0.0, "high": 0.2},
        }
    ]
    row = "| nearest\\_mean | 40.0 | [30.0, 50.0] | +10.0 | [+0.0, +20.0] |"
    assert row in of(output)


def test_languages_table_shows_use_in_training(output):
    text = of(output)
    assert "| Urdu (urd) | never | test |" in text
    assert "| German (deu) | with labels | source\\_valid |" in text


def test_unlabelled_target_is_listed_as_training_language(output):
    output["data"]["parts"]["unlabelled"]["origins"] = ["urdu:urd"]
    output["ledger"]["target_audio"] = "unlabelled"
    text = of(output)
    assert "| Urdu (urd) | without labels |" in text
    assert "| German (deu) | with labels |" in text


def test_unknown_language_is_empty(output):
    output["parts"]["test"]["groups"]["language"][0]["name"] = ""
    assert "\n| – | never | test |" in of(output)


@pytest.mark.parametrize("kind", LEARNT_FROM)
def test_limits_depend_on_elicitation(kind, output):
    for card in output["data"]["corpora"]:
        card["elicitation"] = kind
    assert LEARNT_FROM[kind] in of(output)


def test_corpora_have_licence_and_citation(output):
    text = of(output)
    assert "Berlin Database of Emotional Speech" in text
    assert "Author et al., 2005; licence: free for research." in text


def test_card_has_protocol_digest_and_audit(output):
    text = of(output)
    assert '| digest | "0123456789ab" |' in text
    for finding in output["audit"]:
        assert finding["sentence"] in text


def test_card_has_training_and_versions(output):
    text = of(output)
    assert "seed 2, epoch 7 of phase target" in text
    assert "0123456789" * 4 in text
    assert "speechbrain 1.1.2" in text


def test_card_has_no_local_paths(output):
    output["environment"]["command"] = [
        *("/home/me/secret/train.py", "/home/me/secret/source_only.yaml"),
        *("--data_folder", "secret", "--seeds", "2"),
    ]
    output["settings"]["data_folder"] = "/home/me/secret"
    text = of(output)
    assert "secret" not in text
    command = "train.py hparams/source_only.yaml --data_folder '<data_folder>'"
    assert f"python {command} --seeds 2" in text


def test_card_cites_method_speechbrain_and_project(output):
    path = "speechbrain_clser.methods.supcon_spkadv.SupConSpkAdv"
    source = cards.source_of(f"a: 1\nmethod: !new:{path}\n  dim: 8\n")
    assert source.startswith("Mi, Ma and Toda, Learning Emotion-discriminative")
    assert source.endswith("here the YAML sets encoder and pooling.")
    text = of(output, source=source)
    assert source in text.partition("## Citing")[2]
    assert re.findall(r"^@\w+\{(\w+),$", text, flags=re.MULTILINE) == [
        *("speechbrain_v1", "speechbrain_clser"),
    ]
    assert f'version = "{__version__}"' in text and f'"{URL}"' in text


@pytest.mark.parametrize(
    "model_yaml",
    [
        "classes: [a]",
        "method: !new:speechbrain_clser.methods.source_only.SourceOnly",
    ],
)
def test_method_without_paper_is_not_cited(model_yaml, output):
    assert cards.source_of(model_yaml) == ""
    assert "The method:" not in of(output)


def test_code_of_the_card_reads_the_published_example(output):
    code = '```python\nclassify_file("recording.wav")\n```\n'
    text = of(output, f"# R\n\n## Use\n\n{code}\n{code}")
    example = 'example = hf_hub_download("me/model", "example.wav")'
    assert text.count(f"{example}\nclassify_file(example)") == 2
