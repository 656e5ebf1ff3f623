"""Alarms of the yards: raised once, told on every channel until it is heard, answered by somebody."""
