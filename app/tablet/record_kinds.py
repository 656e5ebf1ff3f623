"""All kinds of records that tablets send: those of tickets and those of stock put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.intake.arriving import RecordKind
from app.intake.record_kinds import INTAKE_KINDS

RECORD_KINDS: Final[Mapping[str, RecordKind]] = {**INTAKE_KINDS}
