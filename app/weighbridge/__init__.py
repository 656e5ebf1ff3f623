"""Beside the scale: what an indicator sends, whether the weight stands still, and who may see it. No Flask, no database."""
