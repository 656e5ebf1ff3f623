"""Which passwords are good enough: long ones that are not among the common (OWASP ASVS 5.0, 6.2.1 to 6.2.5: a length, a
list, and no rule about what a password is made of)."""

from __future__ import annotations

from collections.abc import Iterable

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.texts import Message, _

SHORTEST = 12
# argon2 takes any length; whoever pastes a book is stopped.
LONGEST = 256


def password_faults(password: str, own_words: Iterable[str] = ()) -> list[Message]:
    """What is wrong with the password, all at once. `own_words`: name and address of whoever chooses it."""
    faults = []
    if len(password) < SHORTEST:
        faults.append(Message(_("At least %(least)s characters are needed."), {"least": SHORTEST}))
    if len(password) > LONGEST:
        faults.append(Message(_("At most %(most)s characters are possible."), {"most": LONGEST}))
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 4:
        faults.append(Message(_("This password is among those that are tried first. Choose another one.")))
    if any(len(word) > 3 and plain.startswith(word.casefold()) for word in own_words):
        faults.append(Message(_("The password must not begin with your name or address.")))
    return faults


_COMMON = frozenset(FREQUENCY_LISTS["passwords"])
