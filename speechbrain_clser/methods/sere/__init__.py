"""SERE: semi-supervised emotion recognition with a resonance field and TRIC."""

from speechbrain_clser.methods.sere.method import ResonanceConfig, Sere

__all__ = ["ResonanceConfig", "Sere"]
