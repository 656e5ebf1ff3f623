from __future__ import annotations

import pytest
from flask import Flask

from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet
from tests.app.verification.month import Month


@pytest.fixture
def gate(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


@pytest.fixture
def month(gate: GateTablet) -> Month:
    return Month(gate)
