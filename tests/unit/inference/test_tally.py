from speechbrain_clser.inference.tally import Tally


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
