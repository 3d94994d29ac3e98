"""What a page tells, section by section: each takes a report, gives blocks."""
