"""Wrong logins are counted in the database, so that all server processes count together. Who has been wrong too often
is turned away before a password is hashed: a flood of guesses costs the server next to nothing.

A code of the second factor has six digits only, and whoever guesses it knows the password already: tries are counted
for the account, wherever they come from, before the code is looked at, and for a whole day.

Each count is a short transaction of its own; it stays when the request fails.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, WrongLogin
from app.clock import now
from app.database.engine import only_reading, writing

WINDOW = timedelta(minutes=15)
# From one address for one account; for one account from anywhere; from one address for any account (an office of many
# people may share an address).
MOST_TOGETHER = 10
MOST_FOR_ACCOUNT = 50
MOST_FROM_ADDRESS = 100
# Codes for one account: three of a million are right at any moment, so guesses have a chance of 1 in 11,000 a day.
MOST_CODES = 10
CODES_DAY = timedelta(days=1)
MOST_CODES_A_DAY = 30
# PINs of one attendant on one tablet, of one attendant, on one tablet: a million values at this pace take years on a
# stolen tablet that nobody revokes.
MOST_PINS_TOGETHER = 5
MOST_PINS_FOR_ACCOUNT = 10
MOST_PINS_ON_DEVICE = 30


@dataclass(frozen=True, slots=True)
class Caller:
    """Who tries to log in: digests of the account's name as typed and of the network address, keyed, so that neither a
    password typed into the wrong field nor an address is kept."""

    account: str
    address: str


def caller(typed_name: str, address: str, *, key: str) -> Caller:
    """The caller as it is counted."""
    return Caller(_digest(typed_name.strip().casefold(), key), _digest(address, key))


def code_caller(account_id: int, address: str, *, key: str) -> Caller:
    """Whoever owes the code of this account, as they are counted: apart from its wrong passwords."""
    return Caller(_code_digest(account_id, key), _digest(address, key))


def minutes_to_wait(engine: Engine, who: Caller) -> int:
    """Minutes until this caller may try again; 0 at once."""
    of_account, from_address = _pair(who)
    with only_reading(), engine.connect() as connection:
        return _minutes_to_wait(
            connection,
            (MOST_TOGETHER, WINDOW, (of_account, from_address)),
            (MOST_FOR_ACCOUNT, WINDOW, (of_account,)),
            (MOST_FROM_ADDRESS, WINDOW, (from_address,)),
        )


def count_wrong(engine: Engine, who: Caller) -> None:
    """Remember one wrong login; those too old to matter are forgotten."""
    with writing(), engine.begin() as connection:
        _count(connection, who)


def pin_caller(account_id: int, device_id: int, *, key: str) -> Caller:
    """The attendant at the tablet as they are counted; device 0: with a password, to choose a PIN."""
    return Caller(_digest(f"pin\n{account_id}", key), _digest(f"device\n{device_id}", key))


def count_code_try(engine: Engine, account_id: int, who: Caller) -> int:
    """Remember one try of a code that is about to be looked at, and return 0; or the minutes to wait for the next."""
    of_account, _from_address = _pair(who)
    return _count_try(
        engine, account_id, who, (MOST_CODES, WINDOW, (of_account,)), (MOST_CODES_A_DAY, CODES_DAY, (of_account,))
    )


def count_pin_try(engine: Engine, account_id: int, who: Caller) -> int:
    """The same for one try of a PIN; a right one is forgiven, with those before it on the same device."""
    of_account, on_device = _pair(who)
    return _count_try(engine, account_id, who, *_pin_limits(of_account, on_device))


def minutes_until_pin(engine: Engine, who: Caller) -> int:
    """Minutes until the attendant may try again on this device; 0 at once."""
    with only_reading(), engine.connect() as connection:
        return _minutes_to_wait(connection, *_pin_limits(*_pair(who)))


def forget_tries(session: Session, account_id: int, *, key: str) -> None:
    """The account's second factor is another one from now on: what was tried of the old one does not count."""
    session.execute(delete(WrongLogin).where(WrongLogin.account == _code_digest(account_id, key)))


def forgive(engine: Engine, who: Caller) -> None:
    """A right login wipes out the wrong ones of this account from this address."""
    with only_reading(), engine.connect() as connection:
        found = connection.scalar(select(func.count()).where(*_pair(who)))
    if found:
        with writing(), engine.begin() as connection:
            connection.execute(delete(WrongLogin).where(*_pair(who)))


def _pin_limits(of_account: Any, on_device: Any) -> tuple[tuple[int, timedelta, tuple[Any, ...]], ...]:
    return (
        (MOST_PINS_TOGETHER, WINDOW, (of_account, on_device)),
        (MOST_PINS_FOR_ACCOUNT, WINDOW, (of_account,)),
        (MOST_PINS_ON_DEVICE, WINDOW, (on_device,)),
    )


def _count_try(engine: Engine, account_id: int, who: Caller, *limits: tuple[int, timedelta, tuple[Any, ...]]) -> int:
    with writing(), engine.begin() as connection:
        # one after the other: of many tries at the same moment no more must find room than there is
        connection.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        wait_min = _minutes_to_wait(connection, *limits)
        if not wait_min:
            _count(connection, who)
    return wait_min


def _minutes_to_wait(connection: Connection, *limits: tuple[int, timedelta, tuple[Any, ...]]) -> int:
    """`limits`: how many wrong ones there may be, within which time, and which these are."""
    waits = [0]
    for most, window, wrong in limits:
        since = now() - window
        # the one that has to grow old before there is room for another
        eldest = select(WrongLogin.at).where(*wrong, WrongLogin.at > since).order_by(WrongLogin.at.desc())
        found: datetime | None = connection.scalar(eldest.offset(most - 1).limit(1))
        if found is not None:
            waits.append(max(1, -int((since - found).total_seconds() // 60)))
    return max(waits)


def _count(connection: Connection, who: Caller) -> None:
    connection.execute(delete(WrongLogin).where(WrongLogin.at < now() - CODES_DAY))
    connection.execute(insert(WrongLogin).values(account=who.account, address=who.address, at=now()))


def _code_digest(account_id: int, key: str) -> str:
    # no name that could be typed at the login has a line break
    return _digest(f"code\n{account_id}", key)


def _pair(who: Caller):  # type: ignore[no-untyped-def]
    return WrongLogin.account == who.account, WrongLogin.address == who.address


def _digest(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
