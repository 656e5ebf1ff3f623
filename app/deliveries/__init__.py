"""Loads to plants: weights at both ends, disputes about them, and what plants refuse."""
