"""How the demo corpus is spoken: script, voice, sound, and a worker."""
