"""Methods, one file each: inputs, predictions and losses."""
