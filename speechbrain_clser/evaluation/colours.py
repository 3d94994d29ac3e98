"""The colour of each emotion: the same on every page, and in every figure."""

import zlib

# Of own labels, which are no canonical emotions; after Paul Tol.
OTHERS = ("#332288", "#999933", "#661100", "#6699cc", "#888888")


class _Colours(dict):
    """Canonical emotion to colour; an own label gets one of a few by its name."""

    def __missing__(self, name):
        return OTHERS[zlib.crc32(name.encode()) % len(OTHERS)]


# After Okabe and Ito's palette, which colour-blind readers can tell apart; rarer
# emotions are filled up from Paul Tol's.
EMOTIONS = _Colours(
    {
        "anger": "#d55e00",
        "boredom": "#8c6d31",
        "calm": "#44aa99",
        "contempt": "#882255",
        "disgust": "#117733",
        "excitement": "#ee6677",
        "fear": "#cc79a7",
        "frustration": "#aa4499",
        "happiness": "#e69f00",
        "neutral": "#8a8f98",
        "other": "#bbbbbb",
        "sadness": "#0072b2",
        "surprise": "#56b4e9",
    }
)
