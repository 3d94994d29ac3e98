"""Publish the model of a finished run on the Hugging Face Hub."""
