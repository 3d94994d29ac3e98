"""Sound to frames, once per recording, and normalised."""
