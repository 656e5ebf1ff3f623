"""PINs of six digits: which are good enough, how they are set and tried. Nothing here commits but the count of wrong
ones, which stays when the request fails.

A PIN is weak: it opens nothing without an enrolled device, is hashed with the installation's key, which is not in the
database, and who is wrong a few times waits.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_security import hash_password, verify_password
from sqlalchemy import ColumnElement, Engine, false, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.actors import Actor
from app.accounts.audit import record
from app.accounts.device_models import AccountPin
from app.accounts.login_form import HASHING
from app.accounts.models import Account, AccountPlace, Role
from app.accounts.pin_sessions import end_sessions
from app.accounts.roles import ROLES, gate_roles
from app.accounts.throttle import Caller, count_pin_try, forgive, minutes_until_pin, pin_caller
from app.clock import now
from app.database.engine import writing
from app.database.pinyin import pinyin_order
from app.texts import Message, _

DIGITS = 6
ONE_TIME_DAYS = 7
_LONGEST_QUEUE_S = 2.0
# Columns and crosses of a keypad, and what sounds like words in Chinese.
_COMMON = frozenset(
    {"147258", "258369", "147369", "159357", "159753", "357159", "135790", "246810", "520131", "131452", "147896"}
)


class PinState(StrEnum):
    RIGHT = "right"
    ONE_TIME = "one time"  # right, and now another one has to be chosen
    WRONG = "wrong"
    OVER = "over"  # a one-time PIN that was not used in time
    NONE = "none"
    WAIT = "wait"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class PinTry:
    """What came of it; `wait_min` are minutes until the next try."""

    state: PinState
    wait_min: int = 0


def pin_faults(pin: str) -> list[Message]:
    """What is wrong with a PIN that somebody chooses: those that are guessed first are refused."""
    if len(pin) != DIGITS or not pin.isdecimal() or not pin.isascii():
        return [Message(_("A PIN has exactly %(digits)s digits."), {"digits": DIGITS})]
    if _is_pattern(pin) or pin in _COMMON:
        return [Message(_("This PIN is among those that are tried first: the same digits, a row, a repetition."))]
    if _is_like_a_day(pin):
        return [Message(_("This PIN looks like a birthday. Choose another one."))]
    return []


def attendants_at(session: Session, places: Collection[tuple[str, str]] | None) -> Sequence[Account]:
    """Open accounts with a role of the gate that belong to one of these places (kind and id; None: to any), by name."""
    if places is None:
        at_the_gate = _has_role(kind.name for kind in ROLES if not kind.office)
    else:
        ids = {kind: sorted(place_id for of, place_id in places if of == kind) for kind, _place_id in places}
        at_the_gate = or_(false(), *(_has_role(gate_roles(kind)) & _belongs_to(kind, ids[kind]) for kind in ids))
    chosen = select(Account).where(Account.active, at_the_gate)
    chosen = chosen.options(selectinload(Account.places)).order_by(pinyin_order(Account.name), Account.id)
    return session.scalars(chosen).all()


def pin_states(session: Session, accounts: Collection[Account]) -> dict[int, AccountPin]:
    """The PINs of those who have one, by the number of the account."""
    chosen = select(AccountPin).where(AccountPin.account_id.in_([account.id for account in accounts]))
    return {known.account_id: known for known in session.scalars(chosen)}


def give_one_time_pin(session: Session, account: Account) -> str:
    """Return a new PIN with which its owner chooses their own, once; the one before is worth nothing any more."""
    pin = _random_pin()
    _store(session, account, pin, one_time=True)
    _note(session, "pin.given", account)
    return pin


def choose_pin(session: Session, account: Account, pin: str) -> list[Message]:
    """Set the PIN that its owner chose; returns what is wrong with it instead, if anything is."""
    faults = pin_faults(pin)
    known = session.get(AccountPin, account.id)
    if not faults and known is not None and verify_password(pin, known.pin_hash):
        faults = [Message(_("This is the PIN that you have. Choose another one."))]
    if faults:
        return faults
    _store(session, account, pin, one_time=False)
    _note(session, "pin.chosen", account)
    return []


def tried_pin(
    engine: Engine, session: Session, account: Account, pin: str, *, device_id: int, key: str, actor: Actor
) -> PinTry:
    """Say what the PIN of the account is worth on the device; wrong ones are counted, and who waits hashes nothing.

    `session` must hold no writer's lock: the counts are transactions of their own. `key`: the installation's.
    """
    known = session.get(AccountPin, account.id)
    if known is None:
        return PinTry(PinState.NONE)
    if known.one_time_until is not None and known.one_time_until < now():
        return PinTry(PinState.OVER)
    state = PinState.RIGHT if known.one_time_until is None else PinState.ONE_TIME
    return _tried(engine, account, pin, known.pin_hash, state, pin_caller(account.id, device_id, key=key), actor)


def tried_password(engine: Engine, account: Account, password: str, *, key: str, actor: Actor) -> PinTry:
    """The same for the password with which its owner asks to choose a PIN."""
    return _tried(
        engine, account, password, account.password, PinState.RIGHT, pin_caller(account.id, 0, key=key), actor
    )


def _tried(
    engine: Engine, account: Account, typed: str, stored: str, right: PinState, who: Caller, actor: Actor
) -> PinTry:
    if not HASHING.acquire(timeout=_LONGEST_QUEUE_S):
        return PinTry(PinState.BUSY)
    try:
        wait_min = count_pin_try(engine, account.id, who)
        if wait_min:
            return PinTry(PinState.WAIT, wait_min)
        is_right = account.active and verify_password(typed, stored)
    finally:
        HASHING.release()
    if is_right:
        forgive(engine, who)
        return PinTry(right)
    wait_min = minutes_until_pin(engine, who)
    with writing(), Session(engine) as own:
        _note(own, "login.wrong", account, after={"reason": "wrong PIN"}, actor=actor)
        if wait_min:
            _note(own, "pin.locked", account, after={"minutes": wait_min}, actor=actor)
        own.commit()
    return PinTry(PinState.WAIT, wait_min) if wait_min else PinTry(PinState.WRONG)


def _store(session: Session, account: Account, pin: str, *, one_time: bool) -> None:
    known = session.get(AccountPin, account.id)
    if known is None:
        known = AccountPin(account_id=account.id)
        session.add(known)
    known.pin_hash, known.set_at = hash_password(pin), now()
    known.one_time_until = now() + timedelta(days=ONE_TIME_DAYS) if one_time else None
    end_sessions(session, account_id=account.id)
    session.flush()


def _note(
    session: Session,
    what: str,
    account: Account,
    *,
    after: dict[str, object] | None = None,
    actor: Actor | None = None,
) -> None:
    record(session, what=what, subject_kind="account", subject_id=account.id, after=after, actor=actor)


def _has_role(names: Iterable[str]) -> ColumnElement[bool]:
    return Account.roles.any(Role.name.in_(sorted(names)))


def _belongs_to(kind: str, place_ids: Collection[str]) -> ColumnElement[bool]:
    return Account.places.any((AccountPlace.kind == kind) & AccountPlace.place_id.in_(place_ids))


def _random_pin() -> str:
    while True:
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if not pin_faults(pin):
            return pin


def _is_pattern(pin: str) -> bool:
    """Few different digits, a row up or down, the same part again, the same read backwards."""
    digits = [int(sign) for sign in pin]
    steps = {(after - before) % 10 for before, after in itertools.pairwise(digits)}
    repeats = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:]
    return len(set(pin)) < 3 or steps in ({1}, {9}) or repeats or pin == pin[::-1]


def _is_like_a_day(pin: str) -> bool:
    """Year, month and day as two digits each, in the orders that people use; or a year and a month."""
    first, second, third = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    if first in (19, 20) and 1 <= third <= 12:
        return True
    return any(_is_day(month, day) for month, day in ((second, third), (second, first), (first, second)))


def _is_day(month: int, day: int) -> bool:
    try:
        date(2000, month, day)
    except ValueError:
        return False
    return True
