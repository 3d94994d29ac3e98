"""From a finished run to a model that other people use."""
