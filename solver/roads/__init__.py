"""Roads: network sources, snapping, and the matrices of ways between places."""
