import json

from helpers import trees

from speechbrain_clser.corpora.thai_ser import utterances

LABELS = {
    "z012_mic_actor123_script1_2_3.flac": [{"majority_emo": "Frustrated"}],
    "s001_con_actor001_impro1_1.flac": [{"majority_emo": "None"}],
}


def test_row_has_session_actor_and_majority(tmp_path):
    actors = {"data": [{"Actor's ID": "123", "Sex": "Female"}]}
    trees.write(
        tmp_path,
        {
            "emotion_label.json": json.dumps(LABELS),
            "actor_demography.json": json.dumps(actors),
        },
    )
    zoom = "zoom11-20/zoom012/mic/z012_mic_actor123_script1_2_3.flac"
    trees.touch(tmp_path, [zoom, "s001_clip_actor001_impro1_1.flac"])
    studio, online = utterances(tmp_path)
    assert (online.speaker, online.gender) == ("123", "female")
    assert (online.session, online.raw_emotion) == ("z012", "frustrated")
    assert online.wav == str(tmp_path / zoom)
    assert (studio.gender, studio.raw_emotion) == ("", "none")
    assert studio.wav == str(tmp_path / "s001_con_actor001_impro1_1.flac")
