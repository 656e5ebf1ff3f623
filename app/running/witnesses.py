"""What must be the same in a database and in what was restored from its backup, beyond its rows.

Every table's rows are compared anyway. A witness says something about them that somebody outside can hold against it,
such as the end of a chain of hashes.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.accounts.audit_queries import chain_head, first_fault


def _audit_trail(connection: Connection) -> str:
    """Where the audit trail ends, and whether it holds: the whole chain is computed again."""
    with Session(connection) as session:
        head, fault = chain_head(session), first_fault(session)
    return f"{head}, but entry {fault.entry_id} {fault.what}" if fault else str(head)


# Name: what it says of the database at today's revision. A capability with a chain adds its own, one line each.
WITNESSES: dict[str, Callable[[Connection], str]] = {"audit trail": _audit_trail}
