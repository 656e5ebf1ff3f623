from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.app.billing.pages import post
from tests.app.day_plan import PlannedTown
from tests.app.deliveries.road import Road, road_between
from tests.app.members import member


@pytest.fixture
def road(county_app: Flask, town: PlannedTown) -> Road:
    return road_between(county_app, town)


@pytest.fixture
def people(road: Road) -> tuple[FlaskClient, FlaskClient]:
    """Two of the franchise company who look after money."""
    browsers = []
    for email, role in (("first@tests.example", "finance"), ("second@tests.example", "dispatcher")):
        browsers.append(member(road.app, role, email=email))
        post(browsers[-1], "/language/en", "/")
    return browsers[0], browsers[1]
