"""Vehicles at a yard's gate: what is confirmed of each before it goes in."""
