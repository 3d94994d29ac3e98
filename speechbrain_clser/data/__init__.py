"""Utterances, manifests, protocols, splits, audits, datasets and samplers."""
