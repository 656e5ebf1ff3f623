"""Who is told of a danger, who answers for it, who comes to look."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """From the yard outwards. Which accounts and telephone numbers these are, is the app's to know."""

    ATTENDANT = "attendant"  # on watch in the yard
    MANAGER = "manager"  # answers for the yard in the franchise company
    FRANCHISE = "franchise"  # the franchise company (H11)
    PLANT = "plant"  # beside the yard, answerable for its fire safety (H12)
    TOWN = "town"
    BRIGADE = "brigade"  # fire brigade, 119 in an emergency
    CITY = "city"  # the task force
