from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.database.engine import db
from app.intake.instruments import make_agent_code
from app.registry.models import Scale, TransferYard
from app.weighbridge.agent_files import agent_key
from app.weighbridge.agent_settings import read_settings
from app.weighbridge.enrol_command import enrol
from app.weighbridge.signing import fingerprint, public_text
from tests.browser.conftest import served
from tests.conftest import Template

CODE: list[str] = []


def add_scale_and_code(app: Flask) -> None:
    with app.app_context():
        yard = db.session.scalars(select(TransferYard)).first()
        assert yard is not None
        scale = Scale(scale_id="Y01-1", name="一号地磅", yard_id=yard.yard_id, division_kg=20, capacity_kg=100_000)
        db.session.add(scale)
        db.session.flush()
        CODE[:] = [make_agent_code(db.session, scale, db.session.scalars(select(Account)).one())]
        db.session.commit()


@pytest.fixture
def server(database_copy: Template, tmp_path: Path) -> Iterator[str]:
    """The app with a scale that waits for its agent."""
    yield from served(lambda: database_copy("county"), tmp_path / "instance", add_scale_and_code)


def test_the_server_and_the_agent_understand_each_other(server: str, tmp_path: Path) -> None:
    arguments = ["--server", server, "--code", CODE[0], "--folder", str(tmp_path / "scale"), "--lan", "192.168.1.20"]
    told = CliRunner().invoke(enrol, arguments)
    assert told.exit_code == 0, told.output
    settings = read_settings(tmp_path / "scale")
    assert (settings.scale_id, settings.name, settings.origins) == ("Y01-1", "一号地磅", (server,))
    again = CliRunner().invoke(enrol, arguments)
    assert again.exit_code == 1
    assert "the server refused (404)" in again.output
    key = public_text(agent_key(tmp_path / "scale"))
    assert f"fingerprint {fingerprint(key)}" in told.output
