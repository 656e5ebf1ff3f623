"""Plans, their versions and the pages that show them; the only part of the app that knows the solver."""
