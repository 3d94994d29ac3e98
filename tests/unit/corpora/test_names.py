import pytest
from helpers import trees

from speechbrain_clser import corpora
from speechbrain_clser.corpora._names import by_name

# Corpus, published name, then id (= is the name), label, speaker, gender, sentence and
# session.
PUBLISHED = """
aesdd; fear/f10 (01).wav; f10_01_; f; 1; ; 10;
aesdd; anger/a06 (5)b.wav; a06_5_b; a; 5; ; 06;
ased; 05Angry/a5-02-01-01-33.wav; =; a; 33; female; a5-02;
ased; 04Sad/S4-04-02-01-29.wav; s4-04-02-01-29; s; 29; female; s4-04;
ased; 01Neutral/n1-01-01-02-21.wav; =; n; 21; female; n1-01;
baved; 0/103-f-22-0-1-6.wav; =; 1; 103; female; 0;
emouerj; w02h03.wav; =; h; w02; female; ;
emovdb; sam/Angry/anger_1-28_0011.wav; sam_Angry_=; Angry; sam; male; 0011;
emovdb; jenie_Sleepy/sleepiness_113_140_0113.wav; jenie_Sleepy_=; Sleepy; jenie; female; 0113;
jlcorpus; JL(wav+txt)/male2_concerned_6b_1.wav; =; concerned; male2; male; 6;
jtes; wav/f01/ang/f01_ang_01.wav; =; ang; f01; female; ang_01;
jvnv; F1/sad/free/F1_sad_free_01.wav; =; sad; F1; female; sad_free_01;
ksuemotions; D1E05P08S11T01.flac; =; 5; 08; ; 11;
oreau; OréauFR_02/f/sessj/10a02Ja.wav; =; J; 10; female; a02J;
oreau; OréauFR_02/m/sesss/07z03Sa.wav; =; S; 07; male; z03S;
resd; train/x/29_happiness_fear_f_110.wav; =; f; 29; ; ; 29
resd; test/x/07_fear_neutral n_060.wav; 07_fear_neutral_n_060; n; 07; ; ; 07
shemo; male/M36W02.wav; =; W; M36; male; ;
subesco; F_10_FAHMEE_S_6_FEAR_5.wav; =; FEAR; F_10; female; 6;
subesco; F_02_MONIKA_S_2_SURPRISE_3].wav; F_02_MONIKA_S_2_SURPRISE_3_; SURPRISE; F_02; female; 2;
turevdb; Sound Source/Angry/1157_kz_acik.wav; =; kz; 1157; male; acik;
turevdb; Sound Source/Sad/7895_hl_ogul1.wav; =; hl; 7895; female; ogul;
verbo; Audios/f1/ale-f1-ns1.wav; =; ale; f1; female; ns1;
"""


@pytest.mark.parametrize("line", PUBLISHED.strip().splitlines())
def test_published_name_is_read(tmp_path, line):
    corpus, name, wanted, *labels = (part.strip() for part in line.split(";"))
    known = corpora.load(corpus)
    (row,) = known.utterances(trees.touch(tmp_path, [name]))
    stem = name.rpartition("/")[2].rpartition(".")[0]
    assert row.id == wanted.replace("=", stem)
    found = (row.raw_emotion, row.speaker, row.gender, row.sentence)
    assert [*found, row.session] == labels
    assert (row.language, row.wav) == (
        *known.card.languages,
        str(tmp_path / name),
    )


@pytest.mark.parametrize(
    "corpus, name",
    [
        *(("aesdd", "a01.wav"), ("ased", "x1-01-01-01-01.wav")),
        *(("baved", "1-x-20-0-1-2.wav"), ("emouerj", "w02x03.wav")),
        *(("emovdb", "anger_1-28_0011.wav"), ("jvnv", "F3_sad_free_01.wav")),
        *(("jlcorpus", "male2_bored_6b_1.wav"), ("oreau", "10a02Xa.wav")),
        *(("ksuemotions", "E05P08.wav"), ("verbo", "rab-f1-b1.wav")),
        *(("emotiontts_ko", "nea00000.wav"), ("shemo", "F01X01.wav")),
        *(("emotiontts_ko", "nea00401.wav"), ("resd", "1_a_b_f_110.wav")),
    ],
)
def test_other_names_are_no_utterances(tmp_path, corpus, name):
    root = trees.touch(tmp_path, [name])
    assert [*corpora.load(corpus).utterances(root)] == []


def test_group_in_a_folder_and_function_of_the_match(tmp_path):
    names = ["Sad/x.wav", "sub/Sad/y.flac", "x/Glad/z.txt", "Mad/x.wav"]
    rows = by_name(
        trees.touch(tmp_path, names),
        r"(?P<emotion>Sad|Glad)/(?P<speaker>[a-z])",
        "ell",
        session=lambda match: match["emotion"].lower(),
    )
    found = [(row.id, row.speaker, row.session, row.gender) for row in rows]
    assert found == [("Sad_x", "x", "sad", ""), ("Sad_y", "y", "sad", "")]


def test_genders_follow_from_the_female_speakers(tmp_path):
    root = trees.touch(tmp_path, ["1.wav", "2.wav"])
    rows = by_name(root, r"(?P<speaker>\d)", "ell", female={"2"})
    assert [row.gender for row in rows] == ["male", "female"]
