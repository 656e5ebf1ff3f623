"""Inspections by checklists, what becomes of what failed, and what is closed until it is mended."""
