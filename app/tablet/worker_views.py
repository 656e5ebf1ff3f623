"""The service worker of the offline app: one script, which names the version and the files that belong to it."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, current_app, url_for

from app.accounts.permissions import Door, needs
from app.tablet.shell_files import shell_files
from app.tablet.shell_views import check_page, shell_page, shell_policy

_SCRIPT = "js/gate/worker.js"

worker_views = Blueprint("gate_worker", __name__)


@worker_views.get("/tablet/worker.js")
@needs(Door.TABLETS)
def worker() -> Response:
    """The version is the digest of the pages and files that this tablet would get now, language, policy and all."""
    static_folder = Path(current_app.static_folder or "")
    page, policy = shell_page(), shell_policy()
    shell, both = (shell_files(pages, static_folder) for pages in ([page], [page, policy, check_page()]))
    files = [url_for("gate.shell"), *shell.addresses]
    later = [url_for("gate.check"), *sorted(set(both.addresses) - set(shell.addresses))]
    named = {"VERSION": both.version, "FILES": files, "LATER": later}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in named.items())
    script = head + (static_folder / _SCRIPT).read_text(encoding="utf-8")
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = url_for("gate.shell")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
