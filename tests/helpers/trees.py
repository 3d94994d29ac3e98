"""Create small trees of files with the names of the corpora.

``NAMES`` holds, per corpus and layout, paths of recordings that cover every label
and every kind of speaker; ``WHOLE`` holds all names of the corpora whose names
follow from a rule; ``TEXTS`` holds the tables that some corpora keep beside their
recordings, by path. A corpus that makes its own recordings has no tree here.
"""

import itertools
import json

from helpers import sounds


def _every(form, **values):
    """Fill in a form with every combination of values."""
    return [
        form.format(**dict(zip(values, chosen, strict=True)))
        for chosen in itertools.product(*values.values())
    ]


def _flat(nested):
    """Return both layouts of names that are labelled without their folders."""
    return {
        "nested": nested,
        "flat": [name.rpartition("/")[2] for name in nested],
    }


def _emodb(folder):
    return [
        f"{folder}{speaker}{sentence}{letter}a.wav"
        for speaker in ("03", "08")
        for sentence in ("a01", "b10")
        for letter in "WLEAFNT"
    ]


def _emovo(nested, speakers, sentences):
    return [
        f"{speaker + '/' if nested else ''}{emotion}-{speaker}-{sentence}.wav"
        for speaker in speakers
        for emotion in ("dis", "gio", "neu", "pau", "rab", "sor", "tri")
        for sentence in sentences
    ]


def _urdu(nested):
    folders = {"A": "Angry", "H": "Happy", "N": "Neutral", "S": "Sad"}
    return [
        f"{folder + '/' if nested else ''}{speaker}_F1_{letter}0{number}.wav"
        for letter, folder in folders.items()
        for number, speaker in enumerate(("SM1", "SF10"), 1)
    ]


def _ravdess(nested, actors):
    return [
        f"{f'Actor_{actor:02}/' if nested else ''}03-01-{emotion:02}-"
        f"{intensity:02}-{sentence:02}-{repetition:02}-{actor:02}.wav"
        for actor in actors
        for emotion in range(1, 9)
        for intensity in ((1,) if emotion == 1 else (1, 2))
        for sentence in (1, 2)
        for repetition in (1, 2)
    ]


def _savee(between, speakers, n_sentences):
    return [
        f"{speaker}{between}{emotion}{number:02}.wav"
        for speaker in speakers
        for emotion in ("a", "d", "f", "h", "n", "sa", "su")
        for number in range(1, n_sentences * (1 + (emotion == "n")) + 1)
    ]


def _casia(form, speakers, numbers):
    return [
        form.format(speaker=speaker, emotion=emotion, number=number)
        for speaker in speakers
        for emotion in ("angry", "fear", "happy", "neutral", "sad", "surprise")
        for number in numbers
    ]


def _cafe(nested, speakers):
    folders = {
        **{"C": "Colère/", "D": "Dégoût/", "J": "Joie/", "N": "Neutre/"},
        **{"P": "Peur/", "S": "Surprise/", "T": "Tristesse/"},
    }
    return [
        (folder + ("", "Faible/", "Fort/")[intensity * (letter != "N")])
        * nested
        + f"{speaker:02}-{letter}-{intensity}-{sentence}.wav"
        for speaker in speakers
        for letter, folder in folders.items()
        for intensity in ((1,) if letter == "N" else (1, 2))
        for sentence in range(1, 7)
    ]


CREMAD_EMOTIONS = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")


def _cremad(folder):
    return [
        f"{folder}{actor}_{sentence}_{emotion}_{level}.wav"
        for actor in (1001, 1091)
        for emotion in CREMAD_EMOTIONS
        for sentence, level in (("DFA", "XX"), ("IEO", "LO"))
    ]


CREMAD_TABLE = (
    '"ActorID","Age","Sex","Race","Ethnicity"\n'
    '1001,51,"Male","Unknown","Hispanic"\n1091,29,"Female","Unknown","Hispanic"\n'
)


ESD_EMOTIONS = ("Neutral", "Angry", "Happy", "Sad", "Surprise")


def _esd(form, speakers, sentences):
    return [
        form.format(
            speaker=f"{speaker:04}",
            emotion=emotion,
            name=f"{speaker:04}_{block * 350 + sentence:06}",
        )
        for speaker in speakers
        for block, emotion in enumerate(ESD_EMOTIONS)
        for sentence in sentences
    ]


def _enterface(nested, subjects):
    folders = {
        **{"an": "anger", "di": "disgust", "fe": "fear"},
        **{"ha": "happiness", "sa": "sadness", "su": "surprise"},
    }
    for subject, (emotion, folder), sentence in itertools.product(
        subjects, folders.items(), range(1, 6)
    ):
        if (subject, emotion) == (23, "ha") and sentence > 2:
            continue
        # As published: subject eleven is named twelve.
        name = f"s{12 if nested and subject == 11 else subject}"
        where = f"subject {subject}/{folder}/sentence {sentence}/" * nested
        yield f"{where}{name}_{emotion}_{sentence}.wav"


def _tess(nested, words):
    emotions = ("angry", "disgust", "fear", "happy", "neutral", "ps", "sad")
    for actress, emotion, word in itertools.product(
        ("OAF", "YAF"), emotions, words
    ):
        is_odd = (actress, word, emotion) == ("OAF", "bite", "neutral")
        name = f"{'OA' if is_odd else actress}_{word}_{emotion}.wav"
        yield f"{actress}_{emotion}/{name}" if nested else name


def _mesd(nested):
    emotions = (
        *("Anger", "Disgust", "Fear"),
        *("Happiness", "Neutral", "Sadness"),
    )
    return [
        f"{f'{voice}/' if nested else ''}{emotion}_{voice}_{words}.wav"
        for voice in "FMC"
        for emotion in emotions
        for words in ("A_abajo", "B_basta_ya")
    ]


MELD_FOLDERS = {
    "train": "train_splits",
    "dev": "dev_splits_complete",
    "test": "output_repeated_splits_test",
}
MELD_EMOTIONS = (
    *("anger", "disgust", "fear", "joy"),
    *("neutral", "sadness", "surprise"),
)
MELD_HEAD = (
    "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,"
    "Season,Episode,StartTime,EndTime"
)


def _meld(nested):
    return [
        (f"{folder}/" if nested else f"{part}_") + f"dia{dialogue}_utt0.wav"
        for part, folder in MELD_FOLDERS.items()
        for dialogue in range(len(MELD_EMOTIONS))
    ]


def _meld_tables():
    lines = [
        f'{n},"Well, what?",{"Ross" if n % 2 else "Woman"},{emotion},none,'
        f'{n},0,8,21,"00:16:16,059","00:16:21,731"'
        for n, emotion in enumerate(MELD_EMOTIONS)
    ]
    table = "\n".join([MELD_HEAD, *lines, ""])
    return {f"{part}_sent_emo.csv": table for part in MELD_FOLDERS}


IEMOCAP_LABELS = (
    *("ang", "dis", "exc", "fea", "fru", "hap"),
    *("neu", "oth", "sad", "sur", "xxx"),
)


def _iemocap(nested):
    return [
        f"Session1/sentences/wav/{dialogue}/" * nested
        + f"{dialogue}_{'FM'[n % 2]}{n:03}.wav"
        for dialogue in ("Ses01F_impro01", "Ses01M_script01_1")
        for n in range(len(IEMOCAP_LABELS))
    ]


def _iemocap_texts(nested):
    texts = {}
    for dialogue in ("Ses01F_impro01", "Ses01M_script01_1"):
        turns = [
            (f"{dialogue}_{'FM'[n % 2]}{n:03}", label)
            for n, label in enumerate(IEMOCAP_LABELS)
        ]
        labels = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
        for turn, label in turns:
            labels += [
                f"[6.2901 - 8.2357]\t{turn}\t{label}\t[2.5, 2.5, 2.5]",
                "C-E2:\tNeutral;\t()",
            ]
        words = [f"{turn} [006.2901-008.2357]: Excuse me." for turn, _ in turns]
        where = "Session1/dialog/" * nested
        evaluation = f"{where}EmoEvaluation/" * nested
        texts |= {
            f"{evaluation}{dialogue}.txt": "\n".join(labels),
            f"{where}transcriptions/{dialogue}.txt": "\n".join(words),
            f"{evaluation}Categorical/{dialogue}_e2_cat.txt": "\n".join(
                f"{turn} :Anger; ()" for turn, _ in turns
            ),
        }
    return texts


NEMO_EMOTIONS = (
    *("anger", "fear", "happiness"),
    *("neutral", "sadness", "surprised"),
)


def _nemo(folder):
    return [
        f"{folder}{speaker}_{emotion}_{sentence}.wav"
        for speaker in ("EB0", "WR0")
        for emotion in NEMO_EMOTIONS
        for sentence in (1, 90)
    ]


def _nemo_table():
    head = (
        "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage"
    )
    rows = [
        f"{name}\t{name.split('_')[1]}\tDzień dobry.\tdzień dobry\t        "
        f"{name[:3]}\t{'female' if name[0] == 'E' else 'male'}\t23"
        for name in _nemo("")
    ]
    return {"data.tsv": "\n".join([head, *rows, ""])}


PODCAST_LETTERS = "ACDFHNOSUX"
PODCAST_HEAD = "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set"


def _podcast(prefix, folder, parts):
    return [
        f"{folder}{prefix}_{podcast:04}_{turn:04}.wav"
        for podcast in range(len(parts))
        for turn in range(len(PODCAST_LETTERS))
    ]


def _podcast_texts(prefix, parts):
    lines = [PODCAST_HEAD]
    for podcast, part in enumerate(parts):
        for turn, letter in enumerate(PODCAST_LETTERS):
            who = "Unknown,Unknown" if turn % 5 == 4 else f"{podcast},Female"
            lines.append(
                f"{prefix}_{podcast:04}_{turn:04}.wav,{letter},4.1,3.0,5.2,"
                f"{who},{part}"
            )
    return {
        "Labels/labels_consensus.csv": "\n".join([*lines, ""]),
        "Labels/labels_detailed.csv": "FileName,WorkerID,EmoClass_Major\n",
        f"Transcripts/{prefix}_0000_0000.txt": "well,\n what?\n",
    }


EMNS_EMOTIONS = (
    *("Angry", "Disgust", "Excited", "Happy"),
    *("Neutral", "Sad", "Sarcastic", "Surprised"),
)
EMNS_HEAD = "id|gender|age|emotion|level|audio_recording|utterance|description|user_id|status"


def _emns_table():
    rows = [
        f'{n}|Female|25|{emotion}|5|wavs/recorded_audio_{n}.webm|Said "well, what"?|'
        "calm|3|Complete"
        for n, emotion in enumerate(EMNS_EMOTIONS)
    ]
    rows.append("9|Female|25|Sad|5|wavs/nothing.webm|No.|calm|3|Needs Updating")
    return {"metadata.csv": "\n".join([EMNS_HEAD, *rows, ""])}


M3ED_EMOTIONS = (
    *("Anger", "Disgust", "Fear", "Happy"),
    *("Neutral", "Sad", "Surprise"),
)


def _m3ed_texts():
    turns = {
        f"one_1_{n}": {
            "Speaker": "AB"[n % 2],
            "Text": "好的",
            "EmoAnnotation": {"final_main_emo": emotion},
        }
        for n, emotion in enumerate(M3ED_EMOTIONS)
    }
    people = {
        "A": {"Name": "Ann", "Gender": "Female"},
        "B": {"Name": "Bo", "Gender": "Male"},
    }
    series = {"one_1": {"SpeakerInfo": people, "Dialog": turns}}
    return {
        "annotation.json": json.dumps({"one": series}),
        "splitInfo/movie_list_val.txt": "one\n",
    }


DUSHA_VOTES = {
    "a": ("angry", "angry", "sad"),
    "n": ("neutral",),
    "o": ("neutral", "sad"),
    "p": ("positive", "positive", "other"),
    "s": ("sad", "sad"),
}


def _dusha_texts():
    lines = [
        json.dumps(
            {
                "hash_id": f"{kind}{name}",
                "audio_path": f"wavs/{kind}{name}.wav",
                "annotator_emo": vote,
                "golden_emo": "",
                "speaker_text": "сколько время",
                "source_id": "7",
            }
        )
        for kind in "cp"
        for name, votes in DUSHA_VOTES.items()
        for vote in votes
    ]
    half = len(lines) // 2
    return {
        "crowd_train/raw_crowd_train.jsonl": "\n".join(lines[:half]),
        "podcast_test/raw_podcast_test.jsonl": "\n".join(lines[half:]),
    }


IMPROV_LINES = [
    f"UTD-IMPROV-S01A-F0{session}-{scene}-{who}0{n}.avi; {letter}; A:3.0; V:2.5; "
    for session in (1, 6)
    for n, (letter, scene, who) in enumerate(
        zip("AHNOSX", "RSPPSP", ("FM", "MF") * 3, strict=True)
    )
]


def _improv(nested):
    return [
        f"session{line[18]}/S01A/{line[20]}/" * nested
        + f"MSP-{line[4:].partition('.')[0]}.wav"
        for line in IMPROV_LINES
    ]


THAI_LABELS = (
    *("Angry", "Frustrated", "Happy", "Neutral"),
    *("None", "Other", "Sad"),
)
THAI_NAMES = [
    f"s001_con_actor00{n % 2 + 1}_impro1_{n}.flac"
    for n in range(len(THAI_LABELS))
]


def _thai_texts():
    labels = {
        name: [{"assigned_emo": "Sad", "majority_emo": label}]
        for name, label in zip(THAI_NAMES, THAI_LABELS, strict=True)
    }
    actors = [{"Actor's ID": "001", "Sex": "Female", "Age": 25}]
    return {
        "emotion_label.json": json.dumps(labels),
        "actor_demography.json": json.dumps({"data": actors}),
    }


MSP_PARTS = ("Train", "Development", "Test1", "Test2")
BIIC_PARTS = ("Train", "Development", "Test")

CASIA_FORMS = {
    "nested": "{speaker}/{emotion}/{number}.wav",
    "flat": "{number}-{emotion}-{speaker}.wav",
}
CASIA_SPEAKERS = ("liuchanhg", "wangzhe", "zhaoquanyin", "ZhaoZuoxiang")

NAMES = {
    "emodb": {"nested": _emodb("wav/"), "flat": _emodb("")},
    "emovo": {
        "nested": _emovo(True, ("f1", "m2"), ("b1", "n5")),
        "flat": _emovo(False, ("f1", "m2"), ("b1", "n5")),
    },
    "urdu": {"nested": _urdu(True), "flat": _urdu(False)},
    "ravdess": {
        "nested": _ravdess(True, (7, 12)),
        "flat": _ravdess(False, (7, 12)),
    },
    "savee": {
        "nested": _savee("/", ("DC", "KL"), 2),
        "flat": _savee("_", ("DC", "KL"), 2),
    },
    "casia": {
        layout: _casia(form, CASIA_SPEAKERS[2:], (201, 250))
        for layout, form in CASIA_FORMS.items()
    },
    "cafe": {
        "nested": _cafe(True, (1, 12)),
        "flat": _cafe(False, (1, 12)),
    },
    "cremad": {"nested": _cremad("AudioWAV/"), "flat": _cremad("")},
    "esd": {
        "nested": _esd("{speaker}/{emotion}/train/{name}.wav", (1, 20), (1, 9)),
        "flat": _esd("{name}.wav", (1, 20), (1, 9)),
    },
    "enterface": {
        "nested": [*_enterface(True, (1, 44))],
        "flat": [*_enterface(False, (1, 44))],
    },
    "tess": {
        "nested": [*_tess(True, ("bite", "back"))],
        "flat": [*_tess(False, ("bite", "back"))],
    },
    "mesd": {"nested": _mesd(True), "flat": _mesd(False)},
    "meld": {"nested": _meld(True), "flat": _meld(False)},
    "iemocap": {"nested": _iemocap(True), "flat": _iemocap(False)},
    "nemo": {"nested": _nemo("samples/"), "flat": _nemo("")},
    "msp_podcast": {
        "nested": _podcast("MSP-PODCAST", "Audios/", MSP_PARTS),
        "flat": _podcast("MSP-PODCAST", "", MSP_PARTS),
    },
    "biic_podcast": {
        "nested": _podcast("BIIC-PODCAST", "Audios/", BIIC_PARTS),
        "flat": _podcast("BIIC-PODCAST", "", BIIC_PARTS),
    },
}

BIG_SIX = "ANGRY DISGUST FEAR HAPPY NEUTRAL SAD SURPRISE".split()
NAMES |= {
    "aesdd": _flat(
        _every(
            "x/{e}{n} ({s}){z}.wav", e="adfhs", n=("01",), s="16", z=("", "b")
        )
    ),
    "ased": _flat(
        _every(
            "0{e}/{l}{e}-{n}-01-{s}.wav",
            **{
                "e": "1",
                "l": "nfhsa",
                "n": ("01", "07"),
                "s": ("01-01", "02-65"),
            },
        )
    ),
    "baved": _flat(
        _every("{e}/{s}-20-6-{e}-7.wav", e="012", s=("0-m", "103-f"))
    ),
    "dusha": {
        layout: _every(folder + "c{n}.wav", n="anops")
        + _every(other + "p{n}.wav", n="anops")
        for layout, folder, other in (
            ("nested", "crowd_train/wavs/", "podcast_test/wavs/"),
            ("flat", "", ""),
        )
    },
    "emns": _flat(_every("wavs/recorded_audio_{n}.wav", n=range(8))),
    "emotiontts_ko": {
        layout: _every(
            folder + "{s}/wav/{s}00{n}.wav",
            s=("ema", "emf"),
            n=("001", "100", "101", "300", "400"),
        )
        for layout, folder in (
            ("nested", "plain-to-emotional/"),
            ("flat", ""),
        )
    },
    "emouerj": _flat(
        _every("x/{s}{e}{n}.wav", s=("m01", "w02"), e="ahns", n=("01", "11"))
    ),
    "emovdb": {
        layout: _every(
            "{s}" + mark + "{e}/{e}_1-28_{n}.wav",
            s=("bea", "sam"),
            e=("Amused", "Angry", "Disgusted", "Neutral", "Sleepy"),
            n=("0001", "0002"),
        )
        for layout, mark in (("nested", "/"), ("flat", "_"))
    },
    "jlcorpus": _flat(
        _every(
            "JL(wav+txt)/{s}_{e}_{n}_1.wav",
            s=("female1", "male2"),
            e="angry anxious apologetic assertive concerned encouraging "
            "excited happy neutral sad".split(),
            n=("1a", "15b"),
        )
    ),
    "jtes": _flat(
        _every(
            "wav/{s}/{e}/{s}_{e}_{n}.wav",
            s=("f01", "m50"),
            e=("ang", "joy", "neu", "sad"),
            n=("01", "50"),
        )
    ),
    "jvnv": _flat(
        _every(
            "{s}/{e}/{k}/{s}_{e}_{k}_01.wav",
            s=("F1", "M2"),
            e="anger disgust fear happy sad surprise".split(),
            k=("free", "regular"),
        )
    ),
    "ksuemotions": _flat(
        _every("x/D1E0{e}P0{s}S01T01.flac", e="012345", s="12")
    ),
    "m3ed": _flat(
        [
            f"modality_speech/{'AB'[n % 2]}_one_1_{n}.wav"
            for n in range(len(M3ED_EMOTIONS))
        ]
    ),
    "msp_improv": {"nested": _improv(True), "flat": _improv(False)},
    "oreau": _flat(
        _every(
            "{x}/{s}{n}{e}a.wav",
            **{
                "x": "f",
                "s": ("07", "42"),
                "n": ("a06", "z03"),
                "e": "CDJNPST",
            },
        )
    ),
    "resd": _flat(
        _every("x/01_sadness_fear_{e}_110.wav", e="adefhns")
        + _every("x/50_sadness_fear {e}_110.wav", e="adefhns")
    ),
    "shemo": _flat(
        _every("x/{s}{e}{n}.wav", s=("F01", "M36"), e="AFHNSW", n=("01", "48"))
    ),
    "subesco": _flat(
        _every(
            "x/{s}_S_{n}_{e}_1.wav",
            s=("F_01_OISHI", "M_10_X"),
            n=(1, 10),
            e=BIG_SIX,
        )
    ),
    "thai_ser": {
        "nested": [f"studio1-10/studio001/con/{name}" for name in THAI_NAMES],
        "flat": THAI_NAMES,
    },
    "turevdb": _flat(
        _every(
            "Sound Source/x/{s}_{e}_{w}.wav",
            s=("1157", "7895"),
            e=("kz", "mt", "sk", "hl"),
            w=("acik", "ogul1"),
        )
    ),
    "verbo": _flat(
        _every(
            "Audios/{s}/{e}-{s}-{n}.wav",
            s=("f1", "m6"),
            e="ale des med neu rai sur tri".split(),
            n=("l5", "ns1"),
        )
    ),
}

TEXTS = {
    "dusha": dict.fromkeys(("nested", "flat"), _dusha_texts()),
    "emns": dict.fromkeys(("nested", "flat"), _emns_table()),
    "emotiontts_ko": {
        layout: {f"{folder}ema/script/ema00101.txt": "\ufeff안녕,\n 하세요"}
        for layout, folder in (
            ("nested", "plain-to-emotional/"),
            ("flat", ""),
        )
    },
    "m3ed": dict.fromkeys(("nested", "flat"), _m3ed_texts()),
    "msp_improv": dict.fromkeys(
        ("nested", "flat"), {"Evalution.txt": "\n".join(IMPROV_LINES)}
    ),
    "thai_ser": dict.fromkeys(("nested", "flat"), _thai_texts()),
    "cremad": dict.fromkeys(
        ("nested", "flat"), {"VideoDemographics.csv": CREMAD_TABLE}
    ),
    "meld": {"nested": _meld_tables(), "flat": _meld_tables()},
    "iemocap": {"nested": _iemocap_texts(True), "flat": _iemocap_texts(False)},
    "nemo": dict.fromkeys(("nested", "flat"), _nemo_table()),
    "msp_podcast": dict.fromkeys(
        ("nested", "flat"), _podcast_texts("MSP-PODCAST", MSP_PARTS)
    ),
    "biic_podcast": dict.fromkeys(
        ("nested", "flat"), _podcast_texts("BIIC-PODCAST", BIIC_PARTS)
    ),
}

WHOLE = {
    "emovo": _emovo(
        True,
        ("f1", "f2", "f3", "m1", "m2", "m3"),
        [*("b1", "b2", "b3", "d1", "d2", "l1", "l2", "l3", "l4")]
        + [f"n{number}" for number in range(1, 6)],
    ),
    "ravdess": _ravdess(True, range(1, 25)),
    "savee": _savee("/", ("DC", "JE", "JK", "KL"), 15),
    "casia": _casia(CASIA_FORMS["nested"], CASIA_SPEAKERS, range(201, 251)),
    "cafe": _cafe(True, range(1, 13)),
    "esd": _esd("{speaker}/{emotion}/{name}.wav", range(1, 21), range(1, 351)),
    "enterface": [*_enterface(True, [n for n in range(1, 45) if n != 6])],
    "tess": [
        *_tess(True, ["bite", *("a" * n for n in range(1, 200))]),
    ],
}


def make(root, corpus, layout="nested", suffix=".wav", **sound):
    """Write the small tree of a corpus; return its folder."""
    for name in NAMES[corpus][layout]:
        path = (root / name).with_suffix(suffix)
        sounds.write(path, format="WAV", **sound)
    return write(root, TEXTS.get(corpus, {}).get(layout, {}))


def write(root, texts):
    """Write text files, path to content; return their folder."""
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def touch(root, names):
    """Create empty files of these names; return their folder."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root
