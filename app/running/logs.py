"""One line of JSON for every request and every failure, without personal data.

A line says which route was asked for, never the address, its query, who asked or from where: the audit trail knows
that (`app.accounts.audit`). Of a failure it says what kind and where in the code, not its message, which may quote what
somebody typed; of what a library reports, the sentence without what was filled in.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from time import perf_counter
from types import TracebackType
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, got_request_exception, has_request_context, request

REQUEST_LOG = logging.getLogger("strawline.request")
_OWN_LOGS = "strawline"
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"
_FRAMES = 12


def set_up_request_logs(app: Flask) -> None:
    """Log every request; its id is what the proxy gave in X-Request-ID, else a new one, and goes back in the answer."""
    app.before_request(_note_beginning)
    app.after_request(_log_request)
    got_request_exception.connect(_log_failure, app)
    # Flask's own line would say the address.
    app.logger.disabled = True


def write_json_lines(level: str) -> None:
    """From now on, write what is logged at `level` (info, warning, error) and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OWN_LOGS).setLevel(level.upper())
    logging.captureWarnings(True)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        own = record.name.split(".")[0] == _OWN_LOGS
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "message": record.getMessage() if own else str(record.msg),
        }
        line |= getattr(record, "members", {})
        if record.exc_info and record.exc_info[0] is not None:
            line |= _failure(record.exc_info[0], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def route_and_method() -> tuple[str, str]:
    """The rule that the request matched, such as /day/<text>, and its method: nothing that a visitor made up."""
    route = request.url_rule.rule if request.url_rule else NO_ROUTE
    return route, request.method if request.method in _KNOWN_METHODS else "other"


def elapsed_s() -> float:
    """Seconds since the request came in."""
    begun: float = g.get("request_begun", 0.0)
    return perf_counter() - begun if begun else 0.0


def _note_beginning() -> None:
    g.request_begun = perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex


def _log_request(response: Response) -> Response:
    route, method = route_and_method()
    request_id = g.get("request_id", "")
    response.headers["X-Request-ID"] = request_id
    members = {
        "request_id": request_id,
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": round(elapsed_s() * 1000, 1),
    }
    level = logging.ERROR if response.status_code >= 500 else logging.INFO
    REQUEST_LOG.log(level, "request", extra={"members": members})
    return response


def _log_failure(_app: Flask, exception: BaseException, **_more: object) -> None:
    members = {"request_id": g.get("request_id", "")} if has_request_context() else {}
    if has_request_context():
        members["route"], members["method"] = route_and_method()
    members |= _failure(type(exception), exception.__traceback__)
    REQUEST_LOG.error("failure", extra={"members": members})


def _failure(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return {
        "failure": f"{kind.__module__}.{kind.__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
