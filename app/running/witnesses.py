"""What must be the same in a database and in what was restored from its backup, beyond its rows.

Every table's rows are compared anyway. A witness says something about them that somebody outside can hold against it,
such as the end of a chain of hashes.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.accounts.audit_queries import chain_head, first_fault
from app.intake.ledger_check import first_ledger_fault, place_heads
from app.storage.ledger_check import first_stock_fault


def _audit_trail(connection: Connection) -> str:
    """Where the audit trail ends, and whether it holds: the whole chain is computed again."""
    with Session(connection) as session:
        head, fault = chain_head(session), first_fault(session)
    return f"{head}, but entry {fault.entry_id} {fault.what}" if fault else str(head)


def _ledger(connection: Connection) -> str:
    """Where the chain of each yard and plant ends, and whether they and the stock hold."""
    with Session(connection) as session:
        heads, fault = place_heads(session), first_ledger_fault(session) or first_stock_fault(session)
    ends = ", ".join(map(str, heads))
    return f"{ends}, but {fault.where} {fault.what}" if fault else ends


# Name: what it says of the database at today's revision. A capability with a chain adds its own, one line each.
WITNESSES: dict[str, Callable[[Connection], str]] = {"audit trail": _audit_trail, "ledger of the gate": _ledger}
