"""Verification of a county's tickets: what should be looked at before money is claimed for them (H6)."""
