"""Predict emotions or values: python onnx_runner.py model.onnx one.wav two.wav ...

Needs numpy and onnxruntime, and WAV files with the sample rate of the model:
integers of 8 to 32 bits or floating point. The channels of a recording are averaged.
Files that cannot be used are reported on standard error, and the exit status is then 1.
"""

import json
import shlex
import struct
import sys

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as errors

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
FORMATS = {*((PCM, n) for n in (1, 2, 3, 4)), (FLOAT, 4), (FLOAT, 8)}
NO_MODEL = (  # they have no common base
    *(errors.Fail, errors.InvalidArgument, errors.InvalidGraph),
    *(errors.InvalidProtobuf, errors.NoSuchFile, errors.NotImplemented),
    *(errors.RuntimeException, ValueError),
)
SHORTEST_S, LONGEST_S = 0.1, 120.0
SILENT_PEAK, LOUDEST_PEAK = 1e-4, 1e6
CANCELLED_POWER = 0.1  # power of the mean, relative to uncorrelated channels
SLACK_BYTES = 512  # some writers count the header as samples
UNKNOWN_BYTES = 0x7FFFFF00  # writers to a pipe state this size or more, or 0
# First bytes of chunks and tags after the samples, also of cut ones.
NOT_SAMPLES = (
    *(b"LIST", b"id3 ", b"ID3", b"TAG", b"bext", b"iXML", b"axml", b"_PMX"),
    *(b"fact", b"cue ", b"smpl", b"inst", b"PEAK", b"JUNK", b"junk", b"PAD "),
)


def chunks(content):
    """Yield name, start and stated size of each chunk up to the samples."""
    position = 12
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        yield name, position + 8, size
        if name == b"data":
            return
        position += 8 + size + size % 2


def are_chunks(content, position):
    """Return whether chunks follow: a known one, or whole ones to the end."""
    if content.startswith(NOT_SAMPLES, position):
        return True
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        if not (name.isascii() and name.decode().isprintable()):
            return False
        position += 8 + size + size % 2
    return position in (len(content), len(content) + 1)


def end_of_samples(content, start, size):
    """Return the end of the samples: as stated, unless more samples follow."""
    end = start + size
    is_known = size < UNKNOWN_BYTES
    if is_known and len(content) - end <= (SLACK_BYTES if size else 0):
        return end
    if is_known and any(are_chunks(content, at) for at in (end, end + end % 2)):
        return end
    return len(content)


def decode(content, advice):
    """Decode a WAV file to (samples, channels) in [-1, 1] and its sample rate.

    The advice is appended to the errors for other formats.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError(
            f"expected a WAV file, found {content[:12]!r}; if it is audio, {advice}"
        )
    found = {name: (start, size) for name, start, size in chunks(content)}
    if b"data" not in found or found.get(b"fmt ", (0, 0))[1] < 16:
        raise ValueError("expected a format and samples, found a cut header")
    form, n_channels, rate_hz, _, n_frame, n_bits = struct.unpack_from(
        "<HHIIHH", content, found[b"fmt "][0]
    )
    if form == EXTENSIBLE and found[b"fmt "][1] >= 26:
        (form,) = struct.unpack_from("<H", content, found[b"fmt "][0] + 24)
    n_bytes = n_frame // max(n_channels, 1)
    if (
        (form, n_bytes) not in FORMATS
        or n_bytes * n_channels != n_frame
        or n_bytes != (n_bits + 7) // 8
    ):
        raise ValueError(
            "expected PCM of 8, 16, 24 or 32 bits or floating point of 32 or 64, "
            f"found format {form} of {n_bits} bits; {advice}"
        )
    start, size = found[b"data"]
    end = end_of_samples(content, start, size)
    n_missing = end - len(content)
    if n_missing > min(start, SLACK_BYTES):
        raise ValueError(
            f"expected as many bytes as the header says, found {n_missing} fewer; "
            "copy or download it again"
        )
    data = content[start:end]
    data = data[: len(data) // n_frame * n_frame]
    duration_s = len(data) / n_frame / max(rate_hz, 1)
    if not SHORTEST_S <= duration_s <= LONGEST_S:
        raise ValueError(
            f"expected {SHORTEST_S}-{LONGEST_S:.0f} s of sound, found "
            f"{duration_s:.3f} s"
        )
    if form == FLOAT:
        samples = np.frombuffer(data, f"<f{n_bytes}")
    elif n_bytes == 1:  # unsigned
        samples = (np.frombuffer(data, "u1") - 128.0) / 128
    else:
        # Little-endian: the last bytes are the most significant ones.
        padded = np.zeros((len(data) // n_bytes, 4), "u1")
        padded[:, 4 - n_bytes :] = np.frombuffer(data, "u1").reshape(
            -1, n_bytes
        )
        samples = padded.view("<i4")[:, 0] / 2.0**31
    return samples.reshape(-1, n_channels), rate_hz


def mix(samples, path):
    """Average the channels to (samples,); raise ValueError if not usable."""
    if not np.isfinite(samples).all():
        raise ValueError(
            "expected numbers, found samples that are NaN or infinite"
        )
    if not SILENT_PEAK <= np.abs(samples).max() <= LOUDEST_PEAK:
        raise ValueError(
            f"expected sound of full scale 1, found a peak of {np.abs(samples).max()}"
        )
    mean, own = samples.mean(axis=1), samples.var(axis=0).sum()
    share = mean.var() * samples.shape[1] ** 2 / max(own, SILENT_PEAK**2)
    if own > SILENT_PEAK**2 * samples.shape[1] and share < CANCELLED_POWER:
        raise ValueError(
            "expected channels that add up, found some that cancel each other; use "
            f"one of them: ffmpeg -i {shlex.quote(path)} -af 'pan=mono|c0=c0' channel0.wav"
        )
    return mean.astype(np.float32)


def load(path, sample_rate_hz):
    """Read a WAV file as (samples,) with values in [-1, 1]."""
    advice = (
        f"convert it: ffmpeg -i {shlex.quote(path)} -vn -ar {sample_rate_hz} "
        "converted.wav"
    )
    with open(path, "rb") as file:
        samples, found_hz = decode(file.read(), advice)
    if found_hz != sample_rate_hz:
        raise ValueError(
            f"expected {sample_rate_hz} Hz, found {found_hz} Hz; {advice}"
        )
    return mix(samples, path)


def open_model(path):
    """Open a graph; return session, classes, sample rate in Hz, whether of values."""
    try:
        session = onnxruntime.InferenceSession(path)
        about = session.get_modelmeta().custom_metadata_map
        return (
            session,
            json.loads(about["classes"]),
            int(about["sample_rate_hz"]),
            # Graphs of earlier versions have no task.
            about.get("task") == "dimensions",
        )
    except KeyError as error:
        found = f"one without {error} in its metadata"
    except NO_MODEL as error:
        found = " ".join(str(error).split())
    sys.exit(
        f"{path}: expected a graph written by clser export --onnx, found {found}; "
        "give its path, or export it again"
    )


def main(*arguments):
    """Print one JSON line per recording; return the number of unusable files."""
    if len(arguments) < 2:
        sys.exit(
            "expected a graph and one recording or more, found "
            f"{len(arguments)} arguments; usage: python onnx_runner.py "
            "model.onnx one.wav two.wav ..."
        )
    model, *paths = arguments
    (session, classes, sample_rate_hz, is_rated), n_bad = open_model(model), 0
    for path in paths:
        try:
            wav = load(path, sample_rate_hz)
            (found,) = session.run(None, {"wav": wav})
            is_usable = (found >= 0).all() and (found <= 1.001).all()
            if not (is_usable and (is_rated or abs(found.sum() - 1) < 1e-3)):
                wanted = (
                    "values of 0-1"
                    if is_rated
                    else "probabilities that sum to 1"
                )
                raise ValueError(f"expected {wanted}, found {found.tolist()}")
        except (ValueError, OSError) as error:
            sys.stderr.write(f"{path}: {error}\n")
            n_bad += 1
            continue
        named = dict(zip(classes, found.tolist(), strict=True))
        first = {} if is_rated else {"emotion": max(named, key=named.get)}
        sys.stdout.write(json.dumps({"file": path, **first, **named}) + "\n")
    return n_bad


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
