"""Robustness and fairness of a model."""
