"""`strawline verification run`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from app.cli import main
from app.database.engine import db
from app.verification.queries import Standing
from tests.app.verification.month import Month


def test_the_command_verifies_a_month_and_says_how_much_of_it_can_be_claimed(
    month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = month.load()
    with month.gate.app.app_context():
        address = db.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("STRAWLINE_DATABASE_URL", address)
    answer = CliRunner().invoke(main, ["verification", "run", "--month", f"{month.first:%Y-%m}"])
    assert answer.exit_code == 0, answer.output
    assert "1 tickets" in answer.output
    assert "t of 3.500 t verified" in answer.output
    assert month.standing(ticket_id) != [Standing.UNVERIFIED]
    answer = CliRunner().invoke(main, ["verification", "run", "--month", "2020-01"])
    assert "2020-01: no tickets." in answer.output
    assert CliRunner().invoke(main, ["verification", "run", "--month", "never"]).exit_code == 2
