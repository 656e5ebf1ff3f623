"""What must hold of the gate's ledger whatever broke, checked on the database itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database.engine import make_engine, only_reading
from app.intake.device_numbers import device_numbers
from app.intake.ledger_check import first_ledger_fault
from app.intake.models import TicketClosing
from app.intake.record_models import GateRecord
from app.storage.balances import stack_contents
from app.storage.ledger_check import first_stock_fault
from tests.chaos.gate_load import BALES, NET_KG, LoadTablet


@dataclass(frozen=True, slots=True)
class Stored:
    """How many records and whole tickets the database holds."""

    records: int
    tickets: int


@contextmanager
def looked_at(database_url: str) -> Iterator[Session]:
    """A session that only reads."""
    engine = make_engine(database_url)
    with only_reading(), Session(engine) as session:
        yield session
    engine.dispose()


def check_laws(database_url: str, tablets: Sequence[LoadTablet], *, whole: bool = True) -> Stored:
    """Acknowledged ⊆ stored ⊆ sent, byte for byte; with `whole` also chains, numbers, tickets and stock, computed
    again."""
    with looked_at(database_url) as session:
        stored = dict(session.execute(select(GateRecord.id, GateRecord.text)).all())
        sent = {id_: text for it in tablets for made in it.made for id_, text in zip(made.ids, made.texts, strict=True)}
        acknowledged = {id_ for tablet in tablets for id_ in tablet.acknowledged}
        assert acknowledged <= stored.keys(), f"lost: {sorted(acknowledged - stored.keys())[:5]}"
        assert stored.keys() <= sent.keys(), f"from nowhere: {sorted(stored.keys() - sent.keys())[:5]}"
        assert all(text == sent[id_] for id_, text in stored.items())
        if whole:
            check_ledger(session)
        tickets = session.scalar(select(func.count()).select_from(TicketClosing)) or 0
        check_stock(session, {tablet.yard_id for tablet in tablets}, tickets)
        return Stored(len(stored), tickets)


def check_ledger(session: Session) -> None:
    """The chains, the numbers, the tickets and the stock are what the records make."""
    fault = first_ledger_fault(session) or first_stock_fault(session)
    assert fault is None, f"{fault.where} {fault.what}"


def check_stock(session: Session, yard_ids: set[str], tickets: int) -> None:
    """Every whole ticket is 30 bales and 3,500 kg in a stack, no more and no less."""
    contents = [content for yard_id in sorted(yard_ids) for content in stack_contents(session, yard_id).values()]
    assert sum(content.bales for content in contents) == BALES * tickets
    assert sum(content.kg for content in contents) == NET_KG * tickets


def check_all_came(database_url: str, tablets: Sequence[LoadTablet]) -> Stored:
    """Everything that was made is stored once, and no number of a tablet is missing."""
    assert [tablet.faults for tablet in tablets if tablet.faults] == []
    assert [tablet.waiting for tablet in tablets if tablet.waiting] == []
    made = {id_ for tablet in tablets for ticket in tablet.made for id_ in ticket.ids}
    assert made == {id_ for tablet in tablets for id_ in tablet.acknowledged}
    found = check_laws(database_url, tablets)
    assert found.records == len(made)
    with looked_at(database_url) as session:
        for tablet in tablets:
            numbers = device_numbers(session.connection(), tablet.device_id)
            assert (numbers.last, numbers.missing) == (tablet.number, [])
        numbers = session.execute(select(GateRecord.device_id, GateRecord.device_number)).all()
        assert len(set(numbers)) == len(numbers)
    return found
