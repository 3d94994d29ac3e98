"""Decode formats that libsndfile does not read, with ffmpeg."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from speechbrain_clser.errors import BadAudioError

LONGEST_S = 3600  # of decoding; an hour of audio takes some seconds


def has_decoder() -> bool:
    """Return whether ffmpeg is on the path."""
    return shutil.which("ffmpeg") is not None


@contextlib.contextmanager
def decoded(path, kind):
    """Decode the first audio stream of a file to a temporary WAV file.

    ffmpeg runs in a separate process and opens no other file or address.

    Arguments
    ---------
    path : Path
        File in any format that ffmpeg reads.
    kind : str
        Name of the format, for the message.

    Yields
    ------
    Path
        WAV file of 16-bit integers; deleted at the end.

    Raises
    ------
    BadAudioError
        With the reason ``unreadable``, if ffmpeg cannot decode it.
    """
    with tempfile.TemporaryDirectory(prefix="clser_") as folder:
        wav = Path(folder, "decoded.wav")
        command = ["ffmpeg", "-nostdin", "-v", "error"]
        command += ["-protocol_whitelist", "file", "-i", _address(path)]
        command += ["-map", "0:a:0", "-c:a", "pcm_s16le", "-rf64", "auto"]
        try:
            done = subprocess.run(
                [*command, str(wav)], capture_output=True, timeout=LONGEST_S
            )
            found, is_done = done.stderr, done.returncode == 0
        except subprocess.TimeoutExpired:
            found, is_done = b"no end within an hour", False
        if not is_done or not wav.is_file():
            words = found.decode(errors="replace").split("\n")
            reason = [*filter(None, map(str.strip, words)), "no message"]
            raise BadAudioError(
                "unreadable",
                f"{path}: expected audio that ffmpeg decodes, found {kind} that "
                f"it does not ({reason[0]}); copy or download it again",
            )
        yield wav


def _address(path):
    """Return the input of ffmpeg: names may begin with - or contain a colon."""
    return (
        b"file:" + os.fsencode(path) if os.name == "posix" else f"file:{path}"
    )
