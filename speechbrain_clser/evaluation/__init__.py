"""From prediction files to scores, intervals, a report and its page."""
