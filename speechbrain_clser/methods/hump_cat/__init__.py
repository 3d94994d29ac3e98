"""HuMP-CAT: HuBERT, MFCC and prosody fused by cross-attention."""

from speechbrain_clser.methods.hump_cat.method import HumpCat

__all__ = ["HumpCat"]
