"""Speaker graphs: styles, neighbours, communities, and how good they are."""
