"""Fixed colours of emotions for all pages and figures."""

import zlib

# Of labels that are no canonical emotions; after Paul Tol.
OTHERS = ("#332288", "#999933", "#661100", "#6699cc", "#888888")


class _Colours(dict):
    """Map emotions to colours; other labels get a colour by a hash of the name."""

    def __missing__(self, name):
        return OTHERS[zlib.crc32(name.encode()) % len(OTHERS)]


# After the palette of Okabe and Ito for colour-blind readers; colours of rarer
# emotions are from the palette of Paul Tol.
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
