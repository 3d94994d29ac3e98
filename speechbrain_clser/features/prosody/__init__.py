"""Extract prosody: pitch and loudness contours and utterance measures."""
