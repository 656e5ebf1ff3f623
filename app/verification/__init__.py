"""Verification: what the detectors say of a month's tickets, and what people said of that."""
