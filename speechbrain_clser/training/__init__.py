"""Phases of training, one Brain for all methods, and what a run writes down."""
