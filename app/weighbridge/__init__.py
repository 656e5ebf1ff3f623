"""Beside the scale: what an indicator sends, whether the weight stands still, who may see it. Needs no database."""
