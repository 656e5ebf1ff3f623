"""Payments: noted once, posted to whose they are, matched with what was open, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.operations import post_charges
from app.billing.ledger.months import close_month
from app.billing.ledger_check import first_money_fault
from app.billing.payments.ageing import matched, open_accounts
from app.billing.payments.bank_files import judge_bank_file, take_in_bank_file
from app.billing.payments.check import first_payment_fault
from app.billing.payments.models import BankLine
from app.billing.payments.operations import (
    Movement,
    agree_to_undo,
    confirm_typed,
    decline_undo,
    keys_of,
    match_to_plant,
    note,
    put_aside,
    undo_match,
)
from app.billing.payments.queries import matched_lines, open_lines
from app.billing.payments.reminders import remind
from app.billing.payments.undo_wishes import waiting_undos
from app.billing.statements.operations import issue_statements
from app.billing.statements.papers import said_by
from app.database.engine import make_engine
from app.errors import (
    BAD_BANK_FILE,
    FILE_TAKEN_IN,
    LINE_IS_MATCHED,
    LINE_IS_OPEN,
    NO_DAY_OF_A_PAYMENT,
    NO_SUCH_THING,
    NOT_THE_SAME_MONEY,
    NOTHING_OVERDUE,
    REMINDED_TODAY,
    SAME_PERSON,
    UNDO_ASKED,
    Refusal,
    RefusalKind,
)
from app.registry.models import EndUsePlant
from tests.app.billing.money import actor, agreed_price, balance_fen, load

NOVEMBER, DECEMBER = date(2025, 11, 1), date(2025, 12, 1)
HEADINGS = "交易时间,收入金额,支出金额,对方户名,摘要,交易流水号"


@pytest.fixture
def session(database_copy: object) -> Iterator[Session]:
    engine = make_engine(database_copy("county"))  # type: ignore[operator]
    with Session(engine) as session, acting_as(actor(1)):
        agreed_price(session)
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def plants(session: Session) -> tuple[EndUsePlant, EndUsePlant]:
    """Two plants that owe 2,000 yuan each, with a statement of November."""
    first = session.scalars(select(EndUsePlant)).one()
    said = {it.key: getattr(first, it.key) for it in inspect(EndUsePlant).column_attrs if it.key != "id"}
    second = EndUsePlant(**said | {"plant_id": "P9", "name": "Another plant (demo)"})
    session.add(second)
    post_charges(session, [load("D1", plant_id=first.plant_id), load("D2", plant_id=second.plant_id)])
    issue_statements(session, close_month(session, NOVEMBER))
    return first, second


def movement(
    fen: int, payer: str, said: str = "", *, day: date = date(2025, 12, 5), number: str | None = None
) -> Movement:
    return Movement(paid_on=day, amount_fen=fen, payer=payer, said=said, bank_number=number)


def noted(session: Session, *movements: Movement) -> list[BankLine]:
    return note(session, list(zip(keys_of(movements), movements, strict=True)))


def owed(session: Session, plant: EndUsePlant) -> int:
    return balance_fen(session, f"plant/{plant.plant_id}/owed")


def refused(kind: RefusalKind) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda it: it.kind is kind)


def test_what_names_a_statement_or_the_plant_to_the_letter_is_posted_by_itself(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    first, second = plants
    wide = first.name.replace("(", "（").replace(")", "）") + " "
    noted(
        session,
        movement(50_000, wide),
        movement(120_000, "somebody", "fee s2025-0002"),
        movement(7, "bank", "interest"),
    )
    assert (owed(session, first), owed(session, second)) == (150_000, 80_000)
    assert [it.match.statement_number for it in matched_lines(session, 9)] == ["S2025-0002", None]
    assert [it.line.amount_fen for it in open_lines(session)] == [7]
    assert first_payment_fault(session) is None


def test_who_names_one_plant_and_the_statement_of_another_waits(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    noted(session, movement(200_000, plants[0].name, "S2025-0002"))
    (waits,) = open_lines(session)
    assert {it.plant_id for it in waits.guesses} == {it.plant_id for it in plants}
    assert owed(session, plants[0]) == 200_000


def test_a_part_of_the_name_or_the_amount_is_a_guess_that_a_person_confirms(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    first, _second = plants
    (line,) = noted(session, movement(200_000, "x" + first.name))
    (waits,) = open_lines(session)
    assert waits.guesses[0].plant_id == first.plant_id
    match_to_plant(session, line.id, first.plant_id, "S2025-0001")
    assert (open_lines(session), owed(session, first)) == ([], 0)
    with refused(LINE_IS_MATCHED):
        match_to_plant(session, line.id, first.plant_id)
    with refused(NO_SUCH_THING):
        match_to_plant(session, 4711, first.plant_id)


def test_a_statement_of_another_plant_or_an_unknown_plant_is_refused(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    (line,) = noted(session, movement(1, "nobody"))
    for plant_id, number in (("no plant", None), (plants[0].plant_id, "S2025-0002"), (plants[0].plant_id, "S1")):
        with refused(NO_SUCH_THING):
            match_to_plant(session, line.id, plant_id, number)


def test_a_payment_that_was_wrong_is_taken_back_and_waits_again(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    first, second = plants
    (line,) = noted(session, movement(200_000, first.name, "S2025-0001"))
    undo_match(session, line.id, "it was for the other")
    (waits,) = open_lines(session)
    assert waits.undone is not None
    assert waits.undone.reason == "it was for the other"
    assert owed(session, first) == 200_000
    with refused(LINE_IS_OPEN):
        undo_match(session, line.id, "again")
    match_to_plant(session, line.id, second.plant_id)
    assert (owed(session, first), owed(session, second)) == (200_000, 0)
    issue_statements(session, close_month(session, DECEMBER))
    wish = undo_match(session, line.id, "closed")
    assert owed(session, second) == 0
    with refused(SAME_PERSON):
        agree_to_undo(session, line.id, wish.id)
    with acting_as(actor(2)):
        with refused(UNDO_ASKED):
            undo_match(session, line.id, "my own reason")
        with refused(NO_SUCH_THING):
            agree_to_undo(session, line.id, wish.id + 1)
        assert [(it.wish, it.line) for it in waiting_undos(session)] == [(wish, line)]
        decline_undo(session, line.id, wish.id, "it is theirs")
        with refused(NO_SUCH_THING):
            agree_to_undo(session, line.id, wish.id)
        assert waiting_undos(session) == []
    wish = undo_match(session, line.id, "closed")  # it can be wished again
    with acting_as(actor(2)):
        assert agree_to_undo(session, line.id, wish.id).reason == "closed"
        with refused(LINE_IS_OPEN):
            agree_to_undo(session, line.id, wish.id)
    assert first_payment_fault(session) is None
    assert first_money_fault(session) is None
    assert [(it.plant_id, it.owed_fen) for it in open_accounts(session)] == [(it.plant_id, 200_000) for it in plants]


def test_a_payment_taken_back_in_its_month_is_nothing_on_the_statement(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    (line,) = noted(session, movement(200_000, plants[0].name))
    undo_match(session, line.id, "wrong")
    first, _second = issue_statements(session, close_month(session, DECEMBER))
    assert said_by(first)["sums_fen"] == {"payment": 0}
    assert len(said_by(first)["lines"]) == 2


def test_what_is_nobodys_is_put_aside_with_its_reason(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    (line,) = noted(session, movement(1_234, "bank", "interest"))
    put_aside(session, line.id, "interest of the account")
    assert open_lines(session) == []
    assert matched_lines(session, 9)[0].match.reason == "interest of the account"
    undo_match(session, line.id, "no")
    assert len(open_lines(session)) == 1


def test_a_banks_file_is_taken_in_once_and_overlapping_ones_add_only_what_is_new(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    name = plants[0].name
    rows = [
        HEADINGS,
        f'2025-12-05 10:22:31,"1,500.00",,{name},秸秆款,B1',
        "20251206,,88.00,电费,,B2",
        "2025/12/07,20.50,,somebody,,B3",
    ]
    data = "\n".join(rows).encode("gb18030")
    judged = judge_bank_file(session, data)
    assert [(it.movement.amount_fen, it.guess is not None) for it in judged.lines] == [(150_000, True), (2_050, False)]
    assert judged.left_out == 1
    file, lines = take_in_bank_file(session, data, name="december.csv")
    assert (file.lines, len(lines), owed(session, plants[0])) == (2, 2, 50_000)
    with refused(FILE_TAKEN_IN):
        take_in_bank_file(session, data, name="december.csv")
    longer = "\n".join([*rows, f"2025-12-09,500,,{name},,B4"]).encode()
    assert [it.is_known for it in judge_bank_file(session, longer).lines] == [True, True, False]
    take_in_bank_file(session, longer, name="longer.csv")
    assert owed(session, plants[0]) == 0


def test_a_line_of_the_banks_that_looks_like_a_typed_payment_asks_and_is_counted_once(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    first, second = plants
    (typed,) = noted(session, movement(200_000, "x", "S2025-0001"))
    assert [it.waits_for_bank for it in matched_lines(session, 9)] == [True]
    data = "\n".join(
        [
            HEADINGS,
            f"2025-12-08,2000,,{first.name},,B7",
            f"2025-12-08,2000,,{second.name},,B8",
            f"2025-12-30,2000,,{first.name},,B9",
        ]
    ).encode()
    assert [it.typed is not None for it in judge_bank_file(session, data).lines] == [True, False, False]
    take_in_bank_file(session, data, name="december.csv")
    assert (owed(session, first), owed(session, second)) == (-200_000, 0)
    (waits,) = open_lines(session)
    assert waits.typed == [typed]
    with refused(NOT_THE_SAME_MONEY):
        confirm_typed(session, waits.line.id, waits.line.id)
    confirm_typed(session, waits.line.id, typed.id)
    assert owed(session, first) == -200_000
    assert open_lines(session) == []
    assert not any(it.waits_for_bank for it in matched_lines(session, 9))
    assert first_payment_fault(session) is None
    # another of the same amount is not asked about any more: the typed one has its line
    more = f"{HEADINGS}\n2025-12-09,2000,,{first.name},,B10\n".encode()
    assert judge_bank_file(session, more).lines[0].typed is None
    # and what was said can be taken back, after which it may be another payment
    undo_match(session, waits.line.id, "it was another")
    assert judge_bank_file(session, more).lines[0].typed == typed
    match_to_plant(session, waits.line.id, first.plant_id)
    assert owed(session, first) == -400_000
    assert first_payment_fault(session) is None


def test_a_banks_file_with_faults_names_them_all_and_nothing_is_stored(session: Session) -> None:
    data = f"{HEADINGS}\nyesterday,1.234,,x,,B1\n2025-12-05,x,,y,,B1\n".encode()
    judged = judge_bank_file(session, data)
    assert {(it.row, it.heading) for it in judged.read.faults} >= {(2, "交易时间"), (3, "收入金额")}
    with refused(BAD_BANK_FILE):
        take_in_bank_file(session, data, name="bad.csv")
    assert session.query(BankLine).count() == 0


def test_an_amount_of_less_than_a_fen_is_a_fault_and_not_rounded(session: Session) -> None:
    rows = [f"2025-12-05,{yuan},,x,," for yuan in ("12.345", "0.005", "12.30", "1234567.89")]
    judged = judge_bank_file(session, "\n".join([HEADINGS, *rows]).encode())
    assert [(it.row, it.heading) for it in judged.read.faults] == [(2, "收入金额"), (3, "收入金额")]
    assert [it.movement.amount_fen for it in judged.lines] == [1_230, 123_456_789]


def test_a_day_on_which_money_cannot_have_come_is_a_fault_by_row(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    days = ("2016-11-05", "2036-01-01", "2025-08-01", "2025-09-01", "2025-12-05")
    rows = [f"{day},100,,x,," for day in days]
    judged = judge_bank_file(session, "\n".join([HEADINGS, *rows, "2016-11-05,,5,went out,,"]).encode())
    assert [(it.row, it.heading, it.value) for it in judged.read.faults] == [
        (2, "交易时间", "2016-11-05"),
        (3, "交易时间", "2036-01-01"),
        (4, "交易时间", "2025-08-01"),
    ]
    assert [it.row for it in judged.lines] == [5, 6]
    with refused(NO_DAY_OF_A_PAYMENT):
        noted(session, movement(100, "x", day=date(2016, 11, 5)))


def test_two_payments_that_say_the_very_same_are_two_in_one_file(session: Session) -> None:
    same = movement(100, "x")
    keys = keys_of([same, same, movement(100, "y"), movement(100, "x", number="B1")])
    assert len(set(keys)) == 4
    assert keys_of([same]) == keys[:1]


def test_a_plant_is_reminded_of_what_is_overdue_once_a_day(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    first, _second = plants
    made = remind(session, first.plant_id)
    assert (made.reminder, made.overdue_fen, made.open_from) == (1, 200_000, NOVEMBER)
    with refused(REMINDED_TODAY):
        remind(session, first.plant_id)
    noted(session, movement(200_000, plants[1].name))
    for plant_id in (plants[1].plant_id, "no plant"):
        with refused(NOTHING_OVERDUE):
            remind(session, plant_id)


@pytest.mark.parametrize("table", ["bank_line", "bank_match", "payment_reminder"])
def test_the_database_refuses_to_change_what_was_noted(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant], table: str
) -> None:
    remind(session, plants[1].plant_id)
    noted(session, movement(200_000, plants[0].name))
    with pytest.raises(DatabaseError):
        session.execute(
            text(f"UPDATE {table} SET made_name = 'x'" if table != "bank_line" else "DELETE FROM bank_line")
        )


def test_a_payment_without_a_movement_or_of_another_amount_is_named(
    session: Session, plants: tuple[EndUsePlant, EndUsePlant]
) -> None:
    (line,) = noted(session, movement(200_000, plants[0].name))
    session.execute(text("INSERT INTO bank_match (bank_line_id, kind, made_name, made_at) SELECT "
                         "bank_line_id, 'other', 'x', made_at FROM bank_match"))  # fmt: skip
    found = first_payment_fault(session)
    assert found is not None
    assert str(line.id) in found.where


MONTHS = [date(2025, month, 1) for month in range(1, 7)]
FEN = st.integers(-1_000, 10_000)


@given(
    charged=st.dictionaries(st.sampled_from(MONTHS), FEN),
    paid=st.dictionaries(st.sampled_from([None, *MONTHS]), st.integers(0, 20_000)),
)
def test_what_is_open_and_what_is_too_much_is_what_was_charged_less_what_was_paid(
    charged: dict[date, int], paid: dict[date | None, int]
) -> None:
    account = matched("P1", charged, paid)
    assert account.owed_fen == sum(charged.values()) - sum(paid.values())
    assert account.credit_fen >= 0
    assert all(it.open_fen > 0 for it in account.months)
    # nobody owes and has paid too much at the same time
    assert not account.months or not account.credit_fen
    late = account.overdue_fen(date(2025, 6, 15))
    assert sum(late) == sum(it.open_fen for it in account.months if it.due_on < date(2025, 6, 15))


def test_a_payment_pays_the_month_that_it_names_and_then_the_oldest() -> None:
    charged = {MONTHS[0]: 100, MONTHS[1]: 100, MONTHS[2]: 100}
    account = matched("P1", charged, {MONTHS[1]: 120, None: 30})
    assert [(it.month, it.open_fen) for it in account.months] == [(MONTHS[0], 50), (MONTHS[2], 100)]
