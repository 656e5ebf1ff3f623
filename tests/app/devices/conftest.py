"""What the tests of tablets and PINs share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.app.day_plan import PlannedTown
from tests.app.devices.tablets import PIN, Tablet, enrolled, person


@pytest.fixture
def yards(town: PlannedTown) -> list[tuple[str, str]]:
    """The places of the town: its yard, and for want of another yard its plant."""
    return [("yard", town.scenario.yards[0].yard_id), ("plant", town.scenario.plants[0].plant_id)]


@pytest.fixture
def tablet(county_app: Flask, yards: list[tuple[str, str]]) -> Tablet:
    return enrolled(county_app, yards[0])


@pytest.fixture
def attendant(county_app: Flask, yards: list[tuple[str, str]]) -> int:
    """The number of an attendant of the yard with a PIN."""
    return person(county_app, "attendant", yards[0], pin=PIN)
