"""Sections of the report page: functions from a report to blocks."""
