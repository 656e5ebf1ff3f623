"""Files from outside read into typed rows, coordinates and parcels with all their faults; and written again."""
