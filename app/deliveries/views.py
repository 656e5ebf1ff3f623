"""The pages of loads to plants."""

from __future__ import annotations

from flask import Blueprint

from app.deliveries import queries

delivery_views = Blueprint("deliveries", __name__, template_folder="templates")
__all__ = ["delivery_views", "queries"]
