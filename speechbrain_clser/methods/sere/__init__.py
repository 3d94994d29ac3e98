"""SERE: semi-supervised emotion recognition with a resonance field and TRIC."""

from speechbrain_clser.methods.sere.method import Sere

__all__ = ["Sere"]
