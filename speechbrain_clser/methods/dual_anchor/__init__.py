"""Dual anchoring: speaker communities and phones as anchors across languages."""

from speechbrain_clser.methods.dual_anchor.method import DualAnchor
from speechbrain_clser.methods.dual_anchor.pseudo_labels import (
    PseudoLabelConfig,
)
from speechbrain_clser.methods.dual_anchor.state import AnchoringConfig

__all__ = ["AnchoringConfig", "DualAnchor", "PseudoLabelConfig"]
