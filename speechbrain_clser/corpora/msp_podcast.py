"""MSP-Podcast: English, natural, from podcasts of many kinds.

Speaking turns of a few seconds, from podcasts under Creative Commons licences, selected
by emotion classifiers; five raters or more
named the emotion of each, among eight, "other" (O) or without agreement (X).
O and X are "other" here, which is no class of any shipped protocol.

The card contains no counts, because they depend on the release.
From the authors' page and readme: release 1.11 has 151,654 turns, 84,030 of Train,
19,815 of Development (454 speakers), 30,647 of Test1 (237) and 14,815 of Test2
(117 podcasts that are in no other part, drawn at random instead of found);
release 1.12 has 207,136. Test3 has no labels and is skipped. The
splits are intended to be speaker-disjoint, except for the test splits.

Published as ``Labels/labels_consensus.csv`` with the columns FileName, EmoClass,
EmoAct, EmoVal, EmoDom (mean ratings of 1-7, mapped to 0-1), SpkrID, Gender and
Split_Set, ``labels_detailed.csv`` beside it with a row per rater, whose
``EmoClass_Major`` is a vote (or the second field of ``EmoDetail``),
``Audios/MSP-PODCAST_0001_0008.wav`` (podcast and turn; turns cut again have a third
number), ``Transcripts/…txt`` and ``ForceAligned/…TextGrid`` with ARPAbet phones, which
``features.phones.reference_phones`` reads. A folder ``Audio`` is accepted, too.

The session is the official part and the podcast, ``train/0001``; Test1 is
``test/1/0001`` and Test2 ``test/2/0001``, so that the official test part is both.

Some turns have no speaker (``Unknown``). Those of one podcast are assigned to one
speaker, ``unknown_0001``. They may be several people, or named speakers of other
splits, so speaker-disjoint splits are not guaranteed.

Not checked against the corpus itself, for which a licence has to be signed: that
the podcast is the first number of a name, that transcripts are UTF-8 and named as
the recordings, and that a release keeps its earlier tables in deeper folders.

R. Lotfian and C. Busso: Building Naturalistic Emotionally Balanced Speech Corpus by
Retrieving Emotional Speech from Existing Podcast Recordings. IEEE Transactions on
Affective Computing 10, 2019. C. Busso et al.: The MSP-Podcast Corpus. arXiv
2509.09791, 2025.
"""

from speechbrain_clser.corpora import _podcast
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="msp_podcast",
    title="MSP-Podcast",
    languages=("eng",),
    n_utterances=None,
    n_speakers=None,
    elicitation="natural",
    licence="research only, after signing a licence",
    citation="Lotfian and Busso, Building Naturalistic Emotionally Balanced "
    "Speech Corpus by Retrieving Emotional Speech from Existing Podcast "
    "Recordings, IEEE Transactions on Affective Computing 10, 2019",
    address="https://lab-msp.com/MSP/MSP-Podcast.html",
    folders=("MSP-Podcast", "MSP_Podcast", "MSPPodcast"),
    example="Labels/labels_consensus.csv with Audios/MSP-PODCAST_0001_0008.wav",
)

EMOTIONS = _podcast.EMOTIONS


def utterances(root):
    """Yield the utterances in the order of the label table."""
    yield from _podcast.labelled(root, "MSP-PODCAST", "eng")
