"""The ledger of money computed again: its chain, every entry's lines, what deliveries cost, and months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.charging.mending import without_nothing
from app.billing.charging.operations import SUBJECT
from app.billing.charging.purchases import PURCHASE, amounts_of
from app.billing.ledger.accounts import is_account
from app.billing.ledger.entries import HASH_OF_NOTHING, Line, body_hash_of, entry_hash_of
from app.billing.ledger.models import COSTED, EntryKind, LedgerEntry, LedgerHead, LedgerLine, MonthEvent, MonthEventKind
from app.billing.ledger.months import month_of
from yard_rules.rounding import whole_fen
from yard_rules.tariffs import deducted_fen

_AT_ONCE = 2_000
Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class MoneyFault:
    """The first bad entry, and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class MoneyHead:
    """How many entries the ledger has, and the hash at its end; written `money/ledger:LENGTH:HASH`."""

    length: int
    last_hash: str

    def __str__(self) -> str:
        return f"money/ledger:{self.length}:{self.last_hash}"


@dataclass(slots=True)
class _Seen:
    """What the entries so far said."""

    lines: dict[str, Sequence[Line]] = field(default_factory=dict)
    reversed_ids: set[str] = field(default_factory=set)
    of_purchases: defaultdict[str, dict[str, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    owed: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def money_head(session: Session) -> MoneyHead:
    """Return where the ledger ends."""
    row = session.execute(select(LedgerHead.last_number, LedgerHead.last_hash)).one()
    return MoneyHead(row.last_number, row.last_hash)


def first_money_fault(session: Session, kept_heads: Sequence[MoneyHead] = ()) -> MoneyFault | None:
    """Compute the whole ledger again; return the first bad entry, None if all is well. `kept_heads` are heads that
    somebody outside has noted: with them a ledger that was written anew as a whole shows."""
    head, kept = money_head(session), {it.length: it.last_hash for it in kept_heads}
    if any(length > head.length for length in kept):
        return MoneyFault("ledger", f"is shorter than the {max(kept)} entries kept")
    previous, expected, seen = HASH_OF_NOTHING, 1, _Seen()
    months = _Months(session)
    for entry, lines in _entries(session):
        what = (
            _fault_of_link(entry, lines, previous, expected)
            or _fault_of_lines(entry, lines, seen)
            or _fault_of_cost(entry, lines, seen)
            or months.fault_of(entry)
        )
        if what is None and kept.get(expected, entry["entry_hash"]) != entry["entry_hash"]:
            what = "is not the one whose hash was kept: the ledger was written anew up to here"
        if what is not None:
            return MoneyFault(f"entry {entry['number']} ({entry['id']})", what)
        previous, expected = entry["entry_hash"], expected + 1
    if (expected - 1, previous) != (head.length, head.last_hash):
        return MoneyFault(f"entry {expected}", "is missing: the ledger ends too early")
    stray = session.scalar(
        select(func.count()).select_from(LedgerLine).where(LedgerLine.entry_number >= expected)
    )  # fmt: skip
    return MoneyFault(f"entry {expected}", "has lines and is missing") if stray else None


def _entries(session: Session) -> Iterator[tuple[Row, list[Line]]]:
    after = 0
    while True:
        entries = session.execute(
            select(*LedgerEntry.__table__.c)
            .where(LedgerEntry.number > after)
            .order_by(LedgerEntry.number)
            .limit(_AT_ONCE)
        ).all()
        if not entries:
            return
        lines = defaultdict(list)
        first, after = entries[0].number, entries[-1].number
        for line in session.execute(
            select(LedgerLine.entry_number, LedgerLine.account, LedgerLine.amount_fen, LedgerLine.kg)
            .where(LedgerLine.entry_number.between(first, after))
            .order_by(LedgerLine.entry_number, LedgerLine.line)
        ):
            lines[line.entry_number].append(Line(line.account, line.amount_fen, line.kg))
        for entry in entries:
            yield entry._mapping, lines[entry.number]


def _fault_of_link(entry: Row, lines: Sequence[Line], previous: str, expected: int) -> str | None:
    if entry["number"] != expected:
        return f"should have the number {expected}: entries are missing"
    if entry["previous_hash"] != previous:
        return "does not follow the one before"
    if entry["body_hash"] != body_hash_of(entry, lines) or entry["entry_hash"] != entry_hash_of(entry, lines, previous):
        return "says something else than its hash speaks for"
    return None


def _fault_of_lines(entry: Row, lines: Sequence[Line], seen: _Seen) -> str | None:
    if not lines or sum(it.amount_fen for it in lines) != 0:
        return "has lines that do not add up to nothing"
    if unknown := [it.account for it in lines if not is_account(it.account)]:
        return f"names an account that there is not: {unknown[0]}"
    for name in ("reverses", "corrects"):
        if entry[name] is not None and entry[name] not in seen.lines:
            return f"{name} an entry that is not before it"
    if entry["reverses"] is not None:
        taken = [asdict(Line(it.account, -it.amount_fen, -it.kg)) for it in seen.lines[entry["reverses"]]]
        if entry["reverses"] in seen.reversed_ids or [asdict(it) for it in lines] != taken:
            return "does not take back what it says it does"
        seen.reversed_ids.add(entry["reverses"])
    seen.lines[entry["id"]] = lines
    return None


def _fault_of_cost(entry: Row, lines: Sequence[Line], seen: _Seen) -> str | None:
    """After a charge or a difference the ledger says of the delivery what the entry says that it costs, and of a
    purchase what its weight and rates come to."""
    if entry["subject_kind"] == PURCHASE:
        return _fault_of_purchase(entry, lines, seen.of_purchases[entry["subject_id"]])
    if entry["subject_kind"] != SUBJECT:
        return None
    owed = seen.owed[entry["subject_id"]]
    for it in lines:
        if it.account.startswith("plant/"):
            owed[0] += it.amount_fen
            owed[1] += it.kg
    if entry["kind"] not in COSTED:
        return None
    said = entry["said"]
    if owed != [said["amount_fen"], said["kg"]]:
        return f"says that the delivery costs {said['amount_fen']} fen, and the ledger {owed[0]}"
    gross_fen = whole_fen(Decimal(said["fen_per_t"]) / 100 * said["kg"] / 1000)
    if said["gross_fen"] != gross_fen or said["amount_fen"] != gross_fen - said["deduction_fen"]:
        return f"reckons {said['kg']} kg at {said['fen_per_t']} fen per tonne wrongly"
    if "off" in said and said["deduction_fen"] != deducted_fen(gross_fen, said["off"]):
        return f"takes {said['deduction_fen']} fen off, and what it says is taken off comes to something else"
    return None


def _fault_of_purchase(entry: Row, lines: Sequence[Line], sums: dict[str, tuple[int, int]]) -> str | None:
    for it in lines:
        fen, kg = sums.get(it.account, (0, 0))
        sums[it.account] = fen + it.amount_fen, kg + it.kg
    if entry["kind"] == EntryKind.REVERSAL:
        return None
    if without_nothing(amounts_of(entry["said"])) != without_nothing(sums):
        return f"does not say what {entry['said']['kg']} kg come to at its rates"
    return None


class _Months:
    """Which months were closed when an entry was made."""

    def __init__(self, session: Session) -> None:
        self._events = list(session.scalars(select(MonthEvent).order_by(MonthEvent.id)))
        self._closed: set[date] = set()
        self._next = 0

    def fault_of(self, entry: Row) -> str | None:
        while self._next < len(self._events) and self._events[self._next].last_number < entry["number"]:
            event = self._events[self._next]
            if event.kind == MonthEventKind.CLOSED:
                self._closed.add(event.month)
            elif event.kind == MonthEventKind.REOPENED:
                self._closed.discard(event.month)
            self._next += 1
        if self._closed and entry["month"] <= max(self._closed):
            return f"stands in the books of {entry['month']:%Y-%m}, which were closed"
        if entry["month"] < month_of(entry["day"]):
            return "stands in a month before its day"
        return None
