"""Rounds of the watch: points, rounds that came and were due, the roster."""
