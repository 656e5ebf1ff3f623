"""What a refusal says."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalKind:
    """One entry of the catalogue; `what` and `next_step` are English message ids."""

    code: str
    status: HTTPStatus
    what: str
    next_step: str
