"""The page that searches the audit trail."""

from __future__ import annotations

from flask import Blueprint, Flask

from app.accounts.audit_logins import watch_requests

audit_views = Blueprint("audit", __name__, template_folder="templates")


def set_up_audit(app: Flask) -> None:
    """Record who does what from here on, and show it to those who may see it."""
    watch_requests(app)
    app.register_blueprint(audit_views)
