"""Matrices of systems, protocols and encoders: one study file, one leaderboard."""
