import pytest

from speechbrain_clser.evaluation import rated_predictions
from speechbrain_clser.evaluation.run_checks import read_predictions
from speechbrain_clser.evaluation.run_counts import speaker_counts

HEAD = "id,corpus,language,speaker,gender,target_arousal,predicted_arousal"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}\n", "at least one utterance"),
        (f"{HEAD},more\nx,a,deu,s,,0.5,0.5,1\n", "expected the columns"),
        (f"{HEAD}\n" + "x,a,deu,s,,0.5,0.5\n" * 2, "x several times"),
        (f"{HEAD}\nx,a,deu,s,,0.5,much\n", "expected numbers as values"),
        (f"{HEAD}\nx,a,deu,s,,0.5,nan\n", "expected finite values"),
    ],
)
def test_damaged_file_is_refused(text, message, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        rated_predictions.read(path)


def test_file_of_values_is_recognised_and_no_confusion_counted(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(f"{HEAD}\nx,a,deu,s,,0.5,0.25\ny,a,deu,t,,0.5,0.75\n")
    found = read_predictions(path)
    assert found.where(found.speaker == "t").predicted.tolist() == [[0.75]]
    with pytest.raises(ValueError, match="found values of arousal"):
        speaker_counts([found])
