"""The service worker of the offline app: one script, which names the version and the files that belong to it."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, current_app, url_for

from app.accounts.permissions import Door, needs
from app.tablet.shell_files import shell_files
from app.tablet.shell_views import check_page, later_page, shell_page, shell_policy

_SCRIPT = "js/gate/worker.js"

worker_views = Blueprint("gate_worker", __name__)


@worker_views.get("/tablet/worker.js")
@needs(Door.TABLETS)
def worker() -> Response:
    """The version is the digest of the pages and files that this tablet would get now, language, policy and all."""
    static_folder = Path(current_app.static_folder or "")
    page, policy, screens, check = shell_page(), shell_policy(), later_page(), check_page()
    shell, with_screens, with_check, whole = (
        shell_files(pages, static_folder)
        for pages in ([page], [page, screens], [page, check], [page, policy, screens, check])
    )
    first = set(shell.addresses)
    named = {
        "VERSION": whole.version,
        "FILES": [url_for("gate.shell"), *shell.addresses],
        "SCREENS": [url_for("gate.later"), *sorted(set(with_screens.addresses) - first)],
        "LATER": [url_for("gate.check"), *sorted(set(with_check.addresses) - first)],
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in named.items())
    script = head + (static_folder / _SCRIPT).read_text(encoding="utf-8")
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = url_for("gate.shell")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
