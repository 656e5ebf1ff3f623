"""Wrong logins are counted in the database, so that all server processes count together. Who has been wrong too often
is turned away before a password is hashed: a flood of guesses costs the server next to nothing.

Each count is a short transaction of its own; it stays when the request fails.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, insert, select

from app.accounts.models import WrongLogin
from app.clock import now
from app.database.engine import only_reading, writing

WINDOW = timedelta(minutes=15)
# From one address for one account; for one account from anywhere; from one address for any account (an office of many
# people may share an address).
MOST_TOGETHER = 10
MOST_FOR_ACCOUNT = 50
MOST_FROM_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class Caller:
    """Who tries to log in: digests of the account's name as typed and of the network address, keyed, so that neither a
    password typed into the wrong field nor an address is kept."""

    account: str
    address: str


def caller(typed_name: str, address: str, *, key: str) -> Caller:
    """The caller as it is counted."""
    return Caller(_digest(typed_name.strip().casefold(), key), _digest(address, key))


def minutes_to_wait(engine: Engine, who: Caller) -> int:
    """Minutes until this caller may try again; 0 at once."""
    since = now() - WINDOW
    of_account, from_address = _pair(who)
    with only_reading(), engine.connect() as connection:
        for most, wrong in (
            (MOST_TOGETHER, (of_account, from_address)),
            (MOST_FOR_ACCOUNT, (of_account,)),
            (MOST_FROM_ADDRESS, (from_address,)),
        ):
            # the one that has to grow old before there is room for another
            eldest = select(WrongLogin.at).where(*wrong, WrongLogin.at > since).order_by(WrongLogin.at.desc())
            found: datetime | None = connection.scalar(eldest.offset(most - 1).limit(1))
            if found is not None:
                return max(1, -int((since - found).total_seconds() // 60))
    return 0


def count_wrong(engine: Engine, who: Caller) -> None:
    """Remember one wrong login; those too old to matter are forgotten."""
    with writing(), engine.begin() as connection:
        connection.execute(delete(WrongLogin).where(WrongLogin.at < now() - WINDOW))
        connection.execute(insert(WrongLogin).values(account=who.account, address=who.address, at=now()))


def forgive(engine: Engine, who: Caller) -> None:
    """A right login wipes out the wrong ones of this account from this address."""
    with only_reading(), engine.connect() as connection:
        found = connection.scalar(select(func.count()).where(*_pair(who)))
    if found:
        with writing(), engine.begin() as connection:
            connection.execute(delete(WrongLogin).where(*_pair(who)))


def _pair(who: Caller):  # type: ignore[no-untyped-def]
    return WrongLogin.account == who.account, WrongLogin.address == who.address


def _digest(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
