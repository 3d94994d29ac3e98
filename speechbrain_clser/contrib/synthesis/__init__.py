"""Speech synthesis of the demo corpus: script, engine, effects and worker."""
