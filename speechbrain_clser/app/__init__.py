"""A page to try a model on: speak, or give a file, and see what it hears."""
