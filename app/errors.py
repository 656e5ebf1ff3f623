"""The catalogue of refusals: each says what was wrong, what is allowed and what to do next. The tables of
app/refusals stand together here, so that no capability asks which of them refuses."""

from __future__ import annotations

from collections.abc import Sequence

from app.refusals.accounts import *
from app.refusals.billing import *
from app.refusals.common import *
from app.refusals.deliveries import *
from app.refusals.dispatch import *
from app.refusals.fire_safety import *
from app.refusals.intake import *
from app.refusals.kinds import RefusalKind as RefusalKind
from app.refusals.registry import *
from app.refusals.running import *
from app.refusals.storage import *
from app.refusals.subsidies import *
from app.refusals.verification import *

# Below this address are answers for scripts: refusals there are JSON, not pages.
DATA_PREFIX = "/data/"


class Refusal(Exception):
    """Something that was asked for and is not done; `details` are shown one a line."""

    def __init__(self, kind: RefusalKind, details: Sequence[str] = ()) -> None:
        super().__init__(kind.what)
        self.kind = kind
        self.details = tuple(details)
