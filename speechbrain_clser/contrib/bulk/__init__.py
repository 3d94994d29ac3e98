"""Classify many recordings on many machines, in parts that can be resumed."""
