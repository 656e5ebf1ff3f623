"""Engine, session, base class, column types and migrations."""
