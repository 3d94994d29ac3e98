"""Dual anchoring: speaker communities and phones as anchors across languages."""

from speechbrain_clser.methods.dual_anchor.method import DualAnchor

__all__ = ["DualAnchor"]
