"""Fire safety of yards: layout, inspection, patrol, heat."""
