from __future__ import annotations

import pytest
from flask import Flask

from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import Road, road_between


@pytest.fixture
def road(county_app: Flask, town: PlannedTown) -> Road:
    return road_between(county_app, town)
