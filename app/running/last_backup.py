"""When the last backup was made, kept in a small file for the doctor and the metrics."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from app.config import Config

_FILE = "last-backup.json"


def remember_backup(config: Config, path: Path, made_at: datetime) -> None:
    """Keep that a backup was made."""
    file = config.instance / _FILE
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"made_at": made_at.isoformat(), "file": str(path)}), encoding="utf-8")
    unfinished.replace(file)


def last_backup(config: Config) -> datetime | None:
    """Return when the last backup was made; None where none is known of."""
    try:
        kept = json.loads((config.instance / _FILE).read_text(encoding="utf-8"))
        return datetime.fromisoformat(kept["made_at"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
