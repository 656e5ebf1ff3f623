"""The web app, by capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Return the app for these settings (default: those of the environment).

    Raises Refusal where the database would be a SQLite that can lose data.
    """
    # Loaded here, for the commands that only plan or check need neither Flask nor a database.
    from app.assembly import assembled_app
    from app.config import config_from_environment

    return assembled_app(config or config_from_environment())
