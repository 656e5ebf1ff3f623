"""Tries of PINs are counted like wrong logins (throttle.py), but before the PIN is looked at: of many tries at the same
moment no more find room than there is. A right one takes its tries back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, insert, select

from app.accounts.models import Account, WrongLogin
from app.accounts.throttle import WINDOW, Caller, caller
from app.clock import now
from app.database.engine import only_reading, writing

# Of one attendant on one device; of one attendant anywhere; on one device for anybody. A PIN has a million values: at
# this pace half of them take three years of trying day and night on a stolen tablet that nobody revokes.
MOST_TOGETHER = 5
MOST_FOR_ATTENDANT = 10
MOST_ON_DEVICE = 30


def pin_caller(account_id: int, device_id: int, *, key: str) -> Caller:
    """The attendant on the device as they are counted: apart from logins, so that nobody can lock an attendant out by
    what they type into the login page."""
    return caller(str(account_id), str(device_id), key=f"pin {key}")


def count_try(engine: Engine, account_id: int, who: Caller) -> int:
    """Remember one try that is about to be looked at, and return 0; or the minutes to wait, with nothing counted."""
    with writing(), engine.begin() as connection:
        # one after the other
        connection.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        since = now() - WINDOW
        of_account, on_device = WrongLogin.account == who.account, WrongLogin.address == who.address
        wait_min = 0
        for most, tries in (
            (MOST_TOGETHER, (of_account, on_device)),
            (MOST_FOR_ATTENDANT, (of_account,)),
            (MOST_ON_DEVICE, (on_device,)),
        ):
            # the one that has to grow old before there is room for another
            eldest = select(WrongLogin.at).where(*tries, WrongLogin.at > since).order_by(WrongLogin.at.desc())
            found: datetime | None = connection.scalar(eldest.offset(most - 1).limit(1))
            if found is not None:
                wait_min = max(wait_min, 1, -int((since - found) // timedelta(minutes=1)))
        if not wait_min:
            connection.execute(insert(WrongLogin).values(account=who.account, address=who.address, at=now()))
    return wait_min


def is_locked(engine: Engine, who: Caller) -> bool:
    """Whether the attendant has had all their tries on this device."""
    tries = select(func.count()).where(
        WrongLogin.account == who.account, WrongLogin.address == who.address, WrongLogin.at > now() - WINDOW
    )
    with only_reading(), engine.begin() as connection:
        return (connection.scalar(tries) or 0) >= MOST_TOGETHER
