"""Heat in the stacks of the yards: readings by hand and by sensors, levels and how they changed."""
