"""Made-up counties for trials, tests and the tutorial: seeded, the same on every machine."""
