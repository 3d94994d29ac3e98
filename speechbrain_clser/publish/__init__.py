"""From a finished run to a model on the Hugging Face Hub."""
