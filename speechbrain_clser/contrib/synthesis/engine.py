"""Interface to the C library of eSpeak NG.

eSpeak NG is licensed under the GPL, so this module must be imported only by
``worker``, which runs in a separate process.
"""

import ctypes

import numpy as np

SAMPLE_RATE_HZ = 22050

# From speak_lib.h of eSpeak NG.
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7
_END_OF_LIST, _PHONEME = 0, 7
_UTF8 = 1


class _Id(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("symbol", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("message", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_short),
    ctypes.c_int,
    ctypes.POINTER(_Event),
)


def _loader():
    try:
        import espeakng_loader
    except ImportError as error:
        raise ImportError(
            "the demo corpus needs eSpeak NG, which is not installed; "
            "pip install -e '.[demo]' in the clone of speechbrain-clser"
        ) from error
    return espeakng_loader


def _load():
    loader = _loader()
    library = ctypes.CDLL(loader.get_library_path())
    options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
    data = loader.get_data_path()
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), options)
    if rate_hz != SAMPLE_RATE_HZ:
        raise RuntimeError(
            f"eSpeak NG: expected a sampling rate of {SAMPLE_RATE_HZ} Hz, found "
            f"{rate_hz}; check that the voices in {data} are complete"
        )
    return library


def _unload(library):
    import _ctypes

    library.espeak_Terminate()
    free = getattr(_ctypes, "dlclose", None) or _ctypes.FreeLibrary
    free(library._handle)


def _phones(events, n_samples):
    # Pauses have no symbol. Short pauses between words are added to the previous
    # phone, so that phones have no gaps.
    spoken = [(ipa, sample) for ipa, sample in events if ipa]
    last = spoken[-1][1]
    after = [sample for ipa, sample in events if not ipa and sample > last]
    ends = [sample for _, sample in spoken[1:]] + [min([*after, n_samples])]
    return [
        (ipa, start, end)
        for (ipa, start), end in zip(spoken, ends, strict=True)
        if end > start
    ]


def speak(voice, text, rate_wpm=160, pitch=50, pitch_range=50, seed=0):
    """Synthesise one sentence, independent of previous sentences.

    Arguments
    ---------
    voice : str
        Language and variant of eSpeak NG, such as ``"de+f2"``.
    text : str
        One sentence.
    rate_wpm : int
        Words per minute, 80-450.
    pitch, pitch_range : int
        0-99; 50 is the default of the voice.
    seed : int
        Seed of the noise in breath and flutter.

    Returns
    -------
    samples : numpy.ndarray, (samples,)
        16-bit integers at ``SAMPLE_RATE_HZ``.
    phones : list of (str, int, int)
        IPA symbol with its stress mark, first sample, one past the last.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    ValueError
        If the voice is unknown, or a parameter is invalid.
    """
    # Oscillator, echo and flutter keep their state between sentences, even across
    # espeak_Terminate. Only reloading the library, which takes 1 ms, resets it.
    library = _load()
    blocks, events = [], []

    @_Callback
    def collect(samples, n_samples, event):
        i = 0
        while event[i].type != _END_OF_LIST:
            if event[i].type == _PHONEME:
                symbol = event[i].id.symbol.decode("utf-8")
                events.append((symbol, event[i].sample))
            i += 1
        if n_samples > 0:
            block = np.ctypeslib.as_array(samples, (n_samples,))
            blocks.append(block.copy())
        return 0

    try:
        library.espeak_SetSynthCallback(collect)
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(
                f"eSpeak NG has no voice {voice!r}; expected a language and a "
                "variant, such as 'de+f2'"
            )
        library.espeak_ng_SetRandSeed(ctypes.c_long(seed % 2**31))
        parameters = {
            _RATE: rate_wpm,
            # Full volume clips for some voices; the level is set later.
            _VOLUME: 50,
            _PITCH: pitch,
            _RANGE: pitch_range,
            _WORD_GAP: 0,
        }
        for number, value in parameters.items():
            if library.espeak_SetParameter(number, value, 0) != 0:
                raise ValueError(
                    f"eSpeak NG refuses parameter {number} = {value} for "
                    f"{voice!r}, {text!r}"
                )
        line = text.encode("utf-8")
        library.espeak_Synth(line, len(line) + 1, 0, 1, 0, _UTF8, None, None)
        library.espeak_Synchronize()
    finally:
        _unload(library)
    if not any(symbol for symbol, _ in events):
        raise ValueError(f"{voice!r} returned no speech for {text!r}")
    samples = np.concatenate(blocks)
    return samples, _phones(events, len(samples))
