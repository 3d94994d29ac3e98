"""Extract, cache and normalise frame features."""
