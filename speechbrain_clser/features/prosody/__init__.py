"""Melody, loudness and rhythm: contours of frames, measures of utterances."""
