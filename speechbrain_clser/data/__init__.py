"""What is known of recordings: rows, manifests, protocols, splits, batches."""
