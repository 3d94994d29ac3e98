"""Emotion of recordings: python onnx_runner.py model.onnx one.wav two.wav ...

Needs numpy and onnxruntime, and of recordings what the model expects: WAV, 16
bit, of its sample rate. The channels of a recording are averaged.
"""

import json
import sys
import wave

import numpy as np
import onnxruntime


def load(path, sample_rate_hz):
    """Read a WAV file, (samples,), full scale 1."""
    with wave.open(path) as file:
        found = file.getframerate(), 8 * file.getsampwidth()
        samples = file.readframes(file.getnframes())
    if found != (sample_rate_hz, 16):
        raise SystemExit(
            f"{path}: expected {sample_rate_hz} Hz and 16 bit, found "
            f"{found[0]} Hz and {found[1]} bit; convert it: ffmpeg -i {path} "
            f"-ar {sample_rate_hz} -c:a pcm_s16le converted.wav"
        )
    samples = np.frombuffer(samples, "<i2").reshape(-1, file.getnchannels())
    return samples.mean(axis=1, dtype=np.float32) / 32768


def main(model, *paths):
    """Write one line of JSON a recording."""
    session = onnxruntime.InferenceSession(model)
    about = session.get_modelmeta().custom_metadata_map
    classes = json.loads(about["classes"])
    for path in paths:
        wav = load(path, int(about["sample_rate_hz"]))
        (chances,) = session.run(None, {"wav": wav})
        named = dict(zip(classes, chances.tolist(), strict=True))
        answer = {"file": path, "emotion": max(named, key=named.get), **named}
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
