"""Export trained models, load them and predict emotions of recordings."""
