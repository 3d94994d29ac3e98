"""Validate the settings of a pretrained encoder before transformers reads them.

transformers imports code that ``auto_map`` names, fetches kernels and adapters
from other repositories, and reads other files if the settings request it. No supported
encoder needs this.
"""

import json
from numbers import Real

from speechbrain_clser.data.soundness import RATES_HZ

# Setting to what transformers would load from elsewhere. Null is allowed.
REFUSED = {
    **{"auto_map": "code", "custom_pipelines": "code"},
    **{"attn_implementation": "code", "_attn_implementation": "code"},
    **{"_attn_implementation_internal": "code"},
    **{"experts_implementation": "code", "_experts_implementation": "code"},
    **{"quantization_config": "another form of the weights"},
    **{"configuration_files": "other settings"},
    **{"transformers_weights": "another file of weights"},
    **{"base_model_name_or_path": "another model"},
}
# Written by peft; transformers would load the model it names instead.
ADAPTER = "adapter_config.json"
INDICES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
MAX_BYTES = 2**22  # a table of mel filters takes half a megabyte
MAX_NUMBER = 2**24


def check_folder(folder, names):
    """Raise an error if settings of an encoder refer to other places.

    Missing files are skipped. A ValueError also names files that are too large or not a
    JSON object.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> _ = (folder / "config.json").write_text('{"auto_map": {"A": "b.C"}}')
    >>> check_folder(folder, ["config.json"])
    Traceback (most recent call last):
    ...
    ValueError: ...config.json: expected settings of an encoder alone, found ...
    """
    if (folder / ADAPTER).exists():
        raise ValueError(
            f"{folder / ADAPTER}: expected an encoder by itself, found an "
            "adapter, which names another model; merge it into its model and "
            "save that"
        )
    for name in names:
        if (folder / name).is_file():
            check(read(folder / name), folder / name)
    for name in INDICES:
        if (folder / name).is_file():
            _check_index(read(folder / name), folder / name)


def read(path) -> dict:
    """Read a JSON object of at most ``MAX_BYTES``; other files are a ValueError.

    Example
    -------
    >>> path = getfixture("tmp_path") / "config.json"
    >>> _ = path.write_text('{"hidden_size": 8}')
    >>> read(path)
    {'hidden_size': 8}
    """
    found = f"{path.stat().st_size:,} bytes"
    if path.stat().st_size <= MAX_BYTES:
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            found = str(error)
        else:
            if isinstance(settings, dict):
                return settings
            found = type(settings).__name__
    raise ValueError(
        f"{path}: expected a JSON object of at most {MAX_BYTES:,} bytes, found "
        f"{found}; fetch or save the encoder again"
    )


def check(settings, where):
    """Raise a ValueError for settings that refer to code, files or models elsewhere.

    At any depth; also for an implausible number or sampling rate.

    Example
    -------
    >>> check({"hidden_size": 8, "auto_map": None}, "config.json")
    >>> check({"text": {"quantization_config": {}}}, "config.json")
    Traceback (most recent call last):
    ...
    ValueError: config.json: expected settings of an encoder alone, found \
    quantization_config, which names another form of the weights; ...
    """
    if not isinstance(settings, dict):
        raise ValueError(
            f"{where}: expected settings by their names, found "
            f"{type(settings).__name__}; fetch or save the encoder again"
        )
    for key, value in _inside(settings):
        if key in REFUSED and value is not None:
            raise ValueError(
                f"{where}: expected settings of an encoder alone, found {key}, "
                f"which names {REFUSED[key]}; if you trust its author, load it "
                "with transformers, delete this setting and save it again"
            )
        if isinstance(value, Real) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise ValueError(
                f"{where}: expected numbers of at most {MAX_NUMBER:,}, found "
                f"{key} {value}; take the settings that belong to the weights"
            )
    rate_hz = settings.get("sampling_rate", RATES_HZ[0])
    is_number = isinstance(rate_hz, int) and not isinstance(rate_hz, bool)
    if not (is_number and RATES_HZ[0] <= rate_hz <= RATES_HZ[1]):
        raise ValueError(
            f"{where}: expected a sampling_rate of {RATES_HZ[0]:,}-"
            f"{RATES_HZ[1]:,} Hz, found {rate_hz!r}; take the settings that "
            "belong to the weights"
        )


def _check_index(index, path):
    """Raise an error if an index refers to weights outside of its folder."""
    files = index.get("weight_map")
    files = files.values() if isinstance(files, dict) else [files]
    for file in files:
        is_name = isinstance(file, str) and not {"/", "\\"} & {*file}
        if not is_name or not (path.parent / file).is_file():
            raise ValueError(
                f"{path}: expected weight files in the same folder, found {file!r}; "
                "fetch or save the encoder again"
            )


def _inside(settings):
    """Yield every key and value at any depth, including numbers in lists."""
    waiting = [*settings.items()]
    while waiting:
        key, value = waiting.pop()
        yield key, value
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(key, inner) for inner in value]
