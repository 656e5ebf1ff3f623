"""The end of the ledger, which whoever adds to it locks first."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.ledger.models import LedgerHead


def locked_head(session: Session) -> LedgerHead:
    """Return where the ledger ends; everybody else who adds to it waits from here until the caller commits."""
    session.flush()
    return session.scalars(select(LedgerHead).with_for_update().execution_options(populate_existing=True)).one()
