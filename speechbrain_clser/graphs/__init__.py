"""Speaker graphs: styles, nearest neighbours, communities and their quality."""
