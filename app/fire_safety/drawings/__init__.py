"""Drawings of yards: versions, what they break, what a yard may hold by them, the editor."""
