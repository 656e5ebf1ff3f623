"""A scale that is not there: trucks drive on and off, and an indicator sends what it would show."""
