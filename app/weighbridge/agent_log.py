"""What the agent did, a line of JSON each on standard error: for journald, or a file on Windows."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, Final

from app import clock

_LOG: Final = logging.getLogger("strawline.weighbridge")


def log(level: str, event: str, /, **members: Any) -> None:
    """Log an event; `level` is info, warning or error."""
    _LOG.log(logging.getLevelNamesMapping()[level.upper()], event, extra={"members": members})


def write_json_lines() -> None:
    """From now on, write the agent's log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    _LOG.handlers[:] = [handler]
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "members", {}),
        }
        return json.dumps(line, ensure_ascii=False, default=str)
