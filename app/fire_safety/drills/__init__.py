"""Drills of a yard's people, and what went wrong in them."""
