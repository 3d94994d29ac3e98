"""Cross-lingual speech emotion recognition for SpeechBrain.

Import what you need from the room that holds it; nothing heavy is loaded here.
"""

__version__ = "0.1.0"
URL = "https://github.com/speechbrain-clser/speechbrain-clser"
