"""What is dangerous in the yards now: one page for the county, one for each yard, and the monthly report."""
