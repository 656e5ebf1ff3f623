"""What the tests of the second factor share."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.app.second_factor.phones import Clock, Phone, set_up
from tests.conftest import log_in


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock = Clock()
    clock.on(app)
    return clock


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A dispatcher logged in."""
    return log_in(app)


@pytest.fixture
def phone(browser: FlaskClient, clock: Clock) -> Phone:
    """The dispatcher's, with the second factor set up."""
    return set_up(browser, clock)
