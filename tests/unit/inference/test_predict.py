import csv
import json
import os
import threading
import time

import pytest
import torch

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference import predict as predicting
from speechbrain_clser.inference.locked import locked
from speechbrain_clser.inference.predict import (
    Tally,
    bad_path,
    iter_predictions,
    n_threads,
    predict_into,
)
from speechbrain_clser.inference.prediction import Prediction
from speechbrain_clser.inference.provenance import provenance_path
from speechbrain_clser.inference.result_table import ResultTable, journal_path
from speechbrain_clser.inference.timeline import Timeline


class FakeClassifier:
    """Classifier that predicts anger for all files except bad ones."""

    classes, task = ("anger", "neutral"), "classes"
    min_confidence, temperature, notes = 0.0, 1.0, ()
    min_speech_s = 0.1

    def __init__(self):
        self.blocks, self.n_threads, self.channels = [], set(), []

    def classify_files(self, files, has_bar, keep_going, channel):
        assert keep_going
        self.channels.append(channel)
        self.n_threads.add(torch.get_num_threads())
        self.blocks.append(list(files))
        return [self.classify(path) for path in files]

    def classify_long(self, path, window_s, hop_s, channel):
        assert hop_s == window_s / 2
        if "bad" in path:
            raise BadAudioError("nan", f"{path}: expected numbers")
        windows = [(0, 4, [1, 0]), (4, 5, [0, 1])]
        return Timeline(path, self.classes, windows, notes=self.notes)

    def classify(self, path):
        if "bad" in path:
            return BadAudioError("silent", f"{path}: expected sound")
        probabilities = {"anger": 2 / 3, "neutral": 1 / 3}
        return Prediction(probabilities, file=path, notes=self.notes)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(predicting, "BLOCK_FILES", 2)


def into(path, classifier, files, **options):
    """Predict with a fixed provenance of the model."""
    origin = {"model_sha256": "0a1b"}
    return predict_into(path, classifier, files, origin, **options)


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_predictions_and_bad_files_are_written_to_two_tables(tmp_path, caplog):
    path = tmp_path / "a.csv"
    tally = into(path, FakeClassifier(), ["a.wav", "bad.wav", "c.wav"])
    assert tally.sentence == ("2 files classified, 1 cannot be used (1 silent)")
    assert read(path) == [
        {
            "file": name,
            "emotion": "anger",
            "probability": "0.666667",
            "p_anger": "0.666667",
            "p_neutral": "0.333333",
            "speech": "nan",
            "note": "",
        }
        for name in ("a.wav", "c.wav")
    ]
    entry = {"file": "bad.wav", "reason": "silent"}
    message = "bad.wav: expected sound"
    assert read(bad_path(path)) == [{**entry, "message": message}]
    assert message in caplog.text


class FakeCalls(FakeClassifier):
    """Classifier of files with as many channels as the number in their name."""

    def classify(self, path):
        if self.channels[-1] == 1 and "quiet" in path:
            return BadAudioError("silent", f"{path}: expected sound")
        return super().classify(path)


@pytest.mark.parametrize("window_s, n_each", [(None, 1), (4.0, 2)])
def test_each_channel_has_rows(tmp_path, monkeypatch, caplog, window_s, n_each):
    monkeypatch.setattr(predicting, "n_channels", lambda path: int(path[0]))
    path, options = tmp_path / "a.csv", {"channel": "each"}
    files = ["1.wav", "2.wav", "3.wav"]
    for _ in range(2):
        tally = into(path, FakeCalls(), files, window_s=window_s, **options)
    assert (tally.n_new, tally.n_before) == (0, 3)
    found = read(path)
    assert [(row["file"], row["channel"]) for row in found[::n_each]] == [
        ("1.wav", "left"),
        *(("2.wav", side) for side in ("left", "right")),
        *(("3.wav", number) for number in "123"),
    ]
    count = "n_channels" if window_s is None else "n_segments"
    assert [int(row[count]) for row in found[::n_each]] == [
        n * n_each for n in (1, 2, 2, 3, 3, 3)
    ]
    with pytest.raises(ValueError, match="expected rows of file, .*n_"):
        into(path, FakeCalls(), files, window_s=window_s, channel="left")


def test_rows_of_other_channels_do_not_mix(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["a.wav"], channel="left")
    assert classifier.channels == ["left"]
    with pytest.raises(ValueError, match='expected rows of channel "mix"'):
        into(path, classifier, ["b.wav"])


def test_unusable_channel_is_named_and_others_have_rows(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(predicting, "n_channels", lambda path: 2)
    path, files = tmp_path / "a.csv", ["quiet.wav", "b.wav", "bad.wav"]
    tally = into(path, FakeCalls(), files, channel="each")
    assert [row["file"] for row in read(path)] == ["quiet.wav", *["b.wav"] * 2]
    assert "channel right has no row: quiet.wav: expected sound" in caplog.text
    assert tally.sentence == "2 files classified, 1 cannot be used (1 silent)"


@pytest.mark.parametrize("window_s", [None, 4.0])
def test_notes_have_a_column_and_a_count(tmp_path, window_s):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    classifier.notes = ("quiet", "steady")
    tally = into(path, classifier, ["a.wav", "b.wav"], window_s=window_s)
    assert {row["note"] for row in read(path)} == {"quiet steady"}
    assert tally.notes == {"quiet": 2, "steady": 2}


def test_skipped_files_are_listed_without_those_of_the_output(tmp_path):
    path, skipped = tmp_path / "a.csv", []

    def files():
        yield "a.wav"
        skipped.extend([str(path), "notes.txt", str(bad_path(path))])

    for _ in range(2):
        skipped.clear()
        tally = into(path, FakeClassifier(), files(), skipped=skipped)
        assert (tally.n_skipped, tally.reasons.total()) == (1, 0)
        [row] = read(bad_path(path))
        assert (row["file"], row["reason"]) == ("notes.txt", "skipped")
        assert "ffmpeg -i notes.txt -vn notes.converted.wav" in row["message"]


def test_json_lines_hold_numbers(tmp_path):
    path = tmp_path / "a.jsonl"
    into(path, FakeClassifier(), ["a.wav"])
    row = json.loads(path.read_text())
    assert (row["file"], row["p_neutral"]) == ("a.wav", 0.333333)


def test_files_in_the_table_are_not_classified_again(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["a.wav", "b.wav"])
    tally = into(path, classifier, ["b.wav", "c.wav", "a.wav"])
    assert (tally.n_new, tally.n_before) == (1, 2)
    assert classifier.blocks == [["a.wav"], ["b.wav"], ["c.wav"]]
    assert [row["file"] for row in read(path)] == ["a.wav", "b.wav", "c.wav"]


def test_bad_file_is_removed_from_the_list_when_usable(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    for _ in range(2):
        assert into(path, classifier, ["bad.wav"]).reasons.total() == 1
        assert len(read(bad_path(path))) == 1
    classifier.classify = lambda path: Prediction(
        {"anger": 1.0, "neutral": 0.0}
    )
    assert into(path, classifier, ["bad.wav"]).n_new == 1
    assert not bad_path(path).exists()


def test_earlier_bad_files_stay_on_the_list(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["1/bad.wav", "2/bad.wav"])
    classifier.classify = lambda path: Prediction(
        {"anger": 1.0, "neutral": 0.0}
    )
    into(path, classifier, ["2/bad.wav", "3/good.wav"])
    assert [row["file"] for row in read(bad_path(path))] == ["1/bad.wav"]


def test_list_is_compacted_after_an_interruption(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["1/bad.wav", "2/bad.wav"])
    lines = bad_path(path).read_text().splitlines(keepends=True)
    bad_path(path).write_text("".join([*lines, *lines[1:]]))
    into(path, classifier, ["2/bad.wav"])
    assert bad_path(path).read_text() == "".join(lines)


def test_other_content_in_the_bad_table_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    bad_path(path).write_text("my,notes\n")
    with pytest.raises(ValueError, match=r"a\.bad\.csv: expected rows of file"):
        into(path, FakeClassifier(), ["a.wav"])
    assert bad_path(path).read_text() == "my,notes\n"
    assert [*tmp_path.iterdir()] == [bad_path(path)]


@pytest.mark.parametrize(
    "name, value", [("min_confidence", 0.9), ("temperature", 2.0)]
)
def test_rows_of_other_settings_do_not_mix(tmp_path, name, value):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["a.wav"])
    before = path.read_bytes()
    setattr(classifier, name, value)
    with pytest.raises(ValueError, match=f"expected rows of {name} {value}, "):
        into(path, classifier, ["b.wav"])
    assert path.read_bytes() == before


def test_rows_of_other_models_and_windows_do_not_mix(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["a.wav"], window_s=4.0)
    with pytest.raises(ValueError, match=r"window_s 2\.0, found those of 4\.0"):
        into(path, classifier, ["b.wav"], window_s=2.0)
    with pytest.raises(ValueError, match='model_sha256 "ff", found those of'):
        predict_into(
            path, classifier, ["b.wav"], {"model_sha256": "ff"}, window_s=4.0
        )
    with pytest.raises(ValueError, match=r"a\.csv\.model\.json, found no such"):
        provenance_path(path).unlink()
        into(path, classifier, ["b.wav"], window_s=4.0)


def test_file_named_twice_is_done_once(tmp_path):
    classifier = FakeClassifier()
    files = ["a.wav", "bad.wav", "a.wav", "bad.wav"]
    tally = into(tmp_path / "a.csv", classifier, files)
    assert (tally.n_new, tally.reasons.total()) == (1, 1)


def test_windows_make_a_row_for_each_segment(tmp_path):
    path, files = tmp_path / "a.csv", ["a.wav", "bad.wav"]
    tally = into(path, FakeClassifier(), files, window_s=4.0)
    assert tally.reasons == {"nan": 1} and tally.n_new == 1
    assert [
        (
            row["file"],
            float(row["start_s"]),
            float(row["end_s"]),
            row["emotion"],
        )
        for row in read(path)
    ] == [("a.wav", 0, 4, "anger"), ("a.wav", 4, 5, "neutral")]
    assert {row["n_segments"] for row in read(path)} == {"2"}


def test_recording_without_segments_has_no_row(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    classifier.classify_long = lambda path, *_, channel: Timeline(path, [], [])
    assert into(path, classifier, ["a.wav"], window_s=4.0).n_new == 1
    assert read(path) == []


def test_windows_resume_at_the_last_file(tmp_path):
    path, files = tmp_path / "a.csv", ["a.wav", "b.wav", "c.wav"]
    into(path, FakeClassifier(), files, window_s=4.0)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    tally = into(path, FakeClassifier(), files, window_s=4.0)
    assert (tally.n_before, tally.n_new) == (2, 1)
    assert path.read_bytes() == whole


def test_windows_of_a_second_folder_are_appended(tmp_path):
    path = tmp_path / "a.csv"
    into(path, FakeClassifier(), ["a/1.wav", "a/2.wav"], window_s=4.0)
    before = path.read_bytes()
    tally = into(path, FakeClassifier(), ["b/1.wav"], window_s=4.0)
    assert (tally.n_before, tally.n_new) == (0, 1)
    assert path.read_bytes().startswith(before)


def test_segments_of_a_file_are_written_at_once(tmp_path, monkeypatch):
    written, add = [], ResultTable.add
    monkeypatch.setattr(
        ResultTable,
        "add",
        lambda s, *rows: written.append(len(rows)) or add(s, *rows),
    )
    into(tmp_path / "a.csv", FakeClassifier(), ["a.wav"], window_s=4.0)
    assert written == [2]


def test_killed_process_loses_no_row_and_repeats_none(tmp_path, monkeypatch):
    path, files = tmp_path / "a.csv", ["a.wav", "bad.wav", "b.wav", "c.wav"]
    into(path, FakeClassifier(), files)
    whole = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    for name in whole.keys() - {"a.csv.model.json"}:
        (tmp_path / name).unlink()
    with monkeypatch.context() as patched:  # killed before it wrote the tables
        patched.setattr(ResultTable, "__exit__", lambda s, *_: s._file.close())
        into(path, FakeClassifier(), files[:3])
    assert not path.exists()
    classifier = FakeClassifier()
    skipped = [*map(str, tmp_path.iterdir())]
    tally = into(path, classifier, files, skipped=skipped)
    assert (tally.n_before, tally.n_new, tally.n_skipped) == (2, 1, 0)
    assert sorted(sum(classifier.blocks, [])) == ["bad.wav", "c.wav"]
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == whole


def test_journal_of_another_model_is_refused_by_name(tmp_path):
    path, other = tmp_path / "a.csv", {"model_sha256": "ff"}
    into(path, FakeClassifier(), ["a.wav"])
    journal_path(path).touch()
    with pytest.raises(
        ValueError, match=r"and a\.csv\.journal\.jsonl to start"
    ):
        predict_into(path, FakeClassifier(), ["b.wav"], other)


def test_empty_input_is_an_error_and_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match="expected recordings, found none"):
        into(tmp_path / "a.csv", FakeClassifier(), [])
    assert [*tmp_path.iterdir()] == []


def test_output_of_other_classes_is_refused(tmp_path):
    path, classifier = tmp_path / "a.csv", FakeClassifier()
    into(path, classifier, ["a.wav"])
    classifier.classes = ("joy", "neutral")
    with pytest.raises(
        ValueError, match="p_joy, p_neutral, speech, note, found 'file,"
    ):
        into(path, classifier, ["b.wav"])


def test_order_of_results_is_that_of_the_files():
    classifier = FakeClassifier()
    classify_files = classifier.classify_files

    def slow(files, **options):
        time.sleep(0.1 if "0.wav" in files else 0.0)
        return classify_files(files, **options)

    classifier.classify_files = slow
    files = [f"{number}.wav" for number in range(9)]
    found = [
        path for path, _ in iter_predictions(classifier, files, n_threads=3)
    ]
    assert found == files
    assert "0.wav" not in classifier.blocks[0]


def test_block_sizes_grow_with_the_number_of_files(monkeypatch):
    monkeypatch.setattr(predicting, "BLOCK_FILES", 4)
    classifier = FakeClassifier()
    list(iter_predictions(classifier, map(str, range(19)), n_threads=2))
    assert sorted(map(len, classifier.blocks)) == [1, 1, 1, 2, 2, 4, 4, 4]


@pytest.mark.parametrize("n_files, n_each", [(1, 4), (2, 2), (3, 1), (9, 1)])
def test_spare_threads_are_used_by_torch(n_files, n_each):
    classifier = FakeClassifier()
    list(iter_predictions(classifier, map(str, range(n_files)), n_threads=4))
    assert classifier.n_threads == {n_each}


def test_files_are_read_lazily():
    read = []

    def files():
        for number in range(1000):
            read.append(number)
            yield f"{number}.wav"

    found = iter_predictions(FakeClassifier(), files(), n_threads=2)
    next(found)
    assert len(read) <= 2 * 3
    found.close()


def test_unexpected_error_is_raised():
    classifier, before = FakeClassifier(), threading.active_count()
    classifier.classify = lambda path: 1 / 0
    with pytest.raises(ZeroDivisionError, match="division"):
        list(
            iter_predictions(
                classifier, ["a.wav", "b.wav", "c.wav"], n_threads=2
            )
        )
    assert threading.active_count() == before


def test_thread_count_of_torch_is_restored():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        found = iter_predictions(FakeClassifier(), ["a.wav"])
        next(found)
        assert torch.get_num_threads() == 1
        found.close()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_n_threads_is_the_number_of_available_cores(monkeypatch):
    monkeypatch.setattr(
        os, "sched_getaffinity", lambda process: {0, 3, 5}, raising=False
    )
    assert n_threads("cpu") == 3


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_paths_like_formulas_are_neutralised_and_done_once(suffix, tmp_path):
    path, files = tmp_path / f"a{suffix}", ["=1+1.wav", "@a.wav", "-bad.wav"]
    for n_new in (2, 0):
        tally = into(path, FakeClassifier(), files)
        assert (tally.n_new, tally.n_before) == (n_new, 2 - n_new)
        bad = tmp_path / f"a.bad{suffix}"
        for table, n_rows in ((path, 2), (bad, 1)):
            lines = table.read_text().splitlines()[suffix == ".csv" :]
            cells = [line.lstrip('{"file: ') for line in lines]
            assert len(cells) == n_rows
            assert all(cell.startswith("./") for cell in cells)
    assert "./-bad.wav: expected" in bad.read_text()


def test_table_with_unneutralised_paths_is_resumed(tmp_path):
    path = tmp_path / "a.csv"
    into(path, FakeClassifier(), ["=a.wav"])
    path.write_text(path.read_text().replace("./=a.wav", "=a.wav"))
    assert into(path, FakeClassifier(), ["=a.wav"]).n_before == 1


def test_second_process_is_refused_and_repeats_are_removed(tmp_path, caplog):
    path, files = tmp_path / "a.csv", ["a.wav", "b.wav", "c.wav"]
    into(path, FakeClassifier(), files)
    whole = path.read_text()
    path.write_text(whole + "".join(whole.splitlines(keepends=True)[1:]))
    with locked(path), pytest.raises(ValueError, match="another process"):
        into(path, FakeClassifier(), files)
    classifier = FakeClassifier()
    assert into(path, classifier, files).n_before == 3
    assert path.read_text() == whole and classifier.blocks == []
    assert "a.csv: left out 3 repeated rows" in caplog.text
    assert not [*tmp_path.glob(".*")]


def test_first_file_of_each_note_is_logged(caplog):
    tally = Tally(n_new=3)
    tally.add_notes("a.wav", ())
    tally.add_notes("b.wav", ("quiet", "steady"))
    tally.add_notes("c.wav", ("steady",))
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("b.wav: found a peak below -50 dB")
    assert second.endswith("such files have 'steady' in the column note")
    output = "3 files classified, 1 noted as quiet, 2 noted as steady"
    assert tally.sentence == output


def test_skipped_files_are_counted():
    tally = Tally(n_new=1, n_skipped=2)
    assert tally.sentence == "1 files classified, 2 skipped that are not audio"
