"""BIIC-Podcast: Mandarin as spoken in Taiwan, natural, from podcasts.

Collected with the method of MSP-Podcast: speaking turns selected from podcasts by
classifiers and rated for emotion. Emotion letters and layout are assumed to be those of
MSP-Podcast; O and X (no agreement) are
"other" here, which is no class of any shipped protocol.

The card contains no counts, because they depend on the release.

From the lists published with the EMO-SUPERB benchmark: names such as
``BIIC-PODCAST_0001_0031.wav``, or ``BIIC-PODCAST_0001_0016_0001.wav`` for turns that
were cut again, and the parts Train, Development and Test. Convention, not checked
against the corpus itself, for which a licence has to be signed:
``Labels/labels_consensus.csv`` with the columns FileName, EmoClass (one letter),
EmoAct, EmoVal, EmoDom (mean ratings of 1-7, mapped to 0-1),
SpkrID, Gender and Split_Set, ``Audios``, ``Transcripts`` and ``ForceAligned`` as in
MSP-Podcast, and that the first number of a name is the podcast.

The session is the official part and the podcast, ``train/0001``. Turns whose
speaker is unknown are assigned to one speaker per podcast, ``unknown_0001``.

S. G. Upadhyay, W.-S. Chien, B.-H. Su, L. Goncalves, Y.-T. Wu, A. N. Salman, C. Busso
and C.-C. Lee: An Intelligent Infrastructure Toward Large Scale Naturalistic
Affective Speech Corpora Collection. Affective Computing and Intelligent
Interaction 2023.
"""

from speechbrain_clser.corpora import _podcast
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="biic_podcast",
    title="BIIC-Podcast",
    languages=("cmn",),
    n_utterances=None,
    n_speakers=None,
    elicitation="natural",
    licence="research only, after signing a licence",
    citation="Upadhyay et al., An Intelligent Infrastructure Toward Large "
    "Scale Naturalistic Affective Speech Corpora Collection, Affective "
    "Computing and Intelligent Interaction 2023",
    address="https://biic.ee.nthu.edu.tw/open_resource_detail.php?id=63",
    folders=("BIIC-Podcast", "BIIC_Podcast", "BIICPodcast"),
    example="Labels/labels_consensus.csv with Audios/BIIC-PODCAST_0001_0031.wav",
)

EMOTIONS = _podcast.EMOTIONS


def utterances(root):
    """Yield the utterances in the order of the label table."""
    yield from _podcast.labelled(root, "BIIC-PODCAST", "cmn")
