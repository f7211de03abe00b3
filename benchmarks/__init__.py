"""Counters and ratios, against a bare loop."""
