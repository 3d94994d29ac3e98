"""What the commands of ``clser`` do, where it is more than one call."""
