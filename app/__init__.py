"""The web app, by capability."""
