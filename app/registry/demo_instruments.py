"""A made-up weighbridge and two moisture meters for every yard and plant of a demonstration."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.registry.changes import apply_changes, propose
from app.registry.instruments import METERS, SCALES
from app.registry.kinds import KINDS
from app.registry.queries import place_choices

_FILE: Final = Path(__file__).with_name("demo_instruments.toml")
_COLUMNS: Final = {"yard": "yard_id", "plant": "plant_id"}


def ensure_demo_instruments(session: Session) -> int:
    """Add what a yard or plant in use lacks of them, certified for the rest of this year and the next; return how many.

    What somebody has changed or withdrawn stays as it is.
    """
    said = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    until = date(business_day().year + 1, 12, 31)
    rows: dict[str, list[dict[str, Any]]] = {SCALES: [], METERS: []}
    for place_kind, column in _COLUMNS.items():
        for place_id, place in place_choices(session)[place_kind]:
            where = {"yard_id": None, "plant_id": None, column: place_id}
            told = {"place": place, "place_id": place_id}
            scale = {key: value.format(**told) if isinstance(value, str) else value for key, value in _scale(said)}
            rows[SCALES].append({"scale_id": f"{place_id}-1", **where, **scale, "certified_until": until})
            for number, meter in enumerate(said["meters"], start=1):
                name = meter["name"].format(**told)
                meter_id = f"{place_id}-M{number}"
                rows[METERS].append({"meter_id": meter_id, "name": name, **where, "calibrated_until": until})
    known = {key: set(session.scalars(select(_code(key)))) for key in rows}
    new = {key: [row for row in those if row[_code(key).key] not in known[key]] for key, those in rows.items()}
    if any(new.values()):
        proposal = propose(session, new, withdraw_missing=False)
        apply_changes(session, proposal.changes)
    return sum(map(len, new.values()))


def _scale(said: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(said["scale"].items())


def _code(key: str) -> Any:
    kind = KINDS[key]
    return getattr(kind.model, kind.table.id_keys[0])
