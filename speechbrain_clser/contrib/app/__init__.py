"""Serve a web page that classifies recorded or uploaded speech."""
