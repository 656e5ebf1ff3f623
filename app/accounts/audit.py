"""The audit trail: who did what, when, from where, to what, before and after. Nothing here commits.

Entries form a chain: each holds the hash of the one before, so that a change, a gap or something slipped in shows. The
triggers of migration 0002 refuse all of that; the chain finds it where somebody went around them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app.accounts.actors import Actor, acting_now
from app.accounts.audit_values import cleaned_text, stored_values
from app.clock import now
from app.database.base import Base

HASH_OF_NOTHING = "0" * 64
_TEXT_LENGTH = 255
_PENDING = "audit.pending"


class AuditEntry(Base):
    """One thing that somebody did. `actor_name` is what they were called then; there is no key to `account`, because
    the trail outlives what it speaks of."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(_TEXT_LENGTH), index=True)
    where_from: Mapped[str] = mapped_column(String(_TEXT_LENGTH))
    what: Mapped[str] = mapped_column(String(64), index=True)
    subject_kind: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(_TEXT_LENGTH))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)
    entry_hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The one row that says where the chain ends; whoever adds to the chain locks it first."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(String(64))


def record(
    session: Session,
    *,
    what: str,
    subject_kind: str,
    subject_id: object,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    actor: Actor | None = None,
) -> None:
    """Note in the trail what was done; it is written when the session commits, and only then.

    `what` and `subject_kind` are words of the code, such as "account.disabled" and "account". `before` is None where
    something is new, `after` where it is gone. `actor` defaults to whoever acts in this request or command. Raises
    ValueError where `before` or `after` holds what looks like a password, token or other secret.
    """
    actor = actor or acting_now()
    entry = {
        "recorded_at": now(),
        "actor_kind": actor.kind.value,
        "actor_id": actor.account_id,
        "actor_name": cleaned_text(actor.name, _TEXT_LENGTH),
        "where_from": cleaned_text(actor.where_from, _TEXT_LENGTH),
        "what": what,
        "subject_kind": subject_kind,
        "subject_id": cleaned_text(str(subject_id), _TEXT_LENGTH),
        "before": stored_values(before),
        "after": stored_values(after),
    }
    transaction = session.get_nested_transaction() or session.get_transaction() or session.begin()
    session.info.setdefault(_PENDING, []).append((transaction, entry))


def hash_of(entry: Mapping[str, Any], previous_hash: str) -> str:
    """Return the hash of an entry (the columns of AuditEntry by name) that follows the one with `previous_hash`."""
    said = [
        previous_hash,
        entry["id"],
        entry["recorded_at"].isoformat(timespec="microseconds"),
        *(entry[name] for name in ("actor_kind", "actor_id", "actor_name", "where_from", "what")),
        *(entry[name] for name in ("subject_kind", "subject_id", "before", "after")),
    ]
    text = json.dumps(said, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@event.listens_for(Session, "before_commit")
def _write_pending(session: Session) -> None:
    """Put what was recorded at the end of the chain.

    Not before the commit: the lock on the head is then the last one taken and held shortly, so that two who record
    and change the same things in another order never wait for each other.
    """
    if session.in_nested_transaction() or not session.info.get(_PENDING):
        return
    session.flush()
    pending = session.info.pop(_PENDING)
    # On SQLite the transaction has had the writer's lock since it began; PostgreSQL waits here for whoever is before,
    # and then reads the row as that one left it.
    head = session.execute(select(AuditHead.last_id, AuditHead.last_hash).with_for_update()).one()
    rows = list(_chained((entry for _, entry in pending), head.last_id, head.last_hash))
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).values(last_id=rows[-1]["id"], last_hash=rows[-1]["entry_hash"]))


def _chained(entries: Iterator[dict[str, Any]], last_id: int, last_hash: str) -> Iterator[dict[str, Any]]:
    for entry in entries:
        last_id += 1
        numbered = {**entry, "id": last_id, "previous_hash": last_hash}
        last_hash = hash_of(numbered, last_hash)
        yield {**numbered, "entry_hash": last_hash}


@event.listens_for(Session, "after_soft_rollback")
def _forget_what_was_undone(session: Session, undone: SessionTransaction) -> None:
    if _PENDING in session.info:
        session.info[_PENDING] = [
            (transaction, entry) for transaction, entry in session.info[_PENDING] if not _within(transaction, undone)
        ]


@event.listens_for(Session, "after_transaction_end")
def _forget_what_was_never_committed(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_PENDING, None)


def _within(transaction: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while transaction is not None and transaction is not outer:
        transaction = transaction.parent
    return transaction is outer
