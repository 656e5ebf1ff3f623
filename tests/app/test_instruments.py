"""Weighbridges and moisture meters in the register, and the agents that sign for scales."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.audit import AuditEntry
from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.clock import business_day, now
from app.database.engine import db
from app.errors import BAD_SCALE_AGENT, Refusal
from app.intake.instruments import (
    agent_of,
    enrol_agent,
    make_agent_code,
    meters_for_notebook,
    scale_addresses,
    scales_for_notebook,
)
from app.intake.models import ScaleAgent
from app.registry.demo_instruments import ensure_demo_instruments
from app.registry.kinds import KINDS
from app.registry.lists import record_of
from app.registry.models import EndUsePlant, MoistureMeter, Scale, TransferYard
from app.registry.records import save_record, withdraw
from app.weighbridge.signing import fingerprint
from tests.app.day_plan import PlannedTown
from tests.conftest import PASSWORD, csrf_token, log_in

KEY = b64encode(bytes(range(32))).decode()
OTHER_KEY = b64encode(bytes(range(1, 33))).decode()
ADDRESSES = ["http://127.0.0.1:8765", "https://192.168.1.20:8766"]


@pytest.fixture
def yard_id(town: PlannedTown) -> str:
    return town.scenario.yards[0].yard_id


def somebody(app: Flask, role: str, *places: tuple[str, str]) -> FlaskClient:
    with app.app_context():
        account = open_account(
            db.session, email=f"{role}@tests.example", name=role, password=PASSWORD, role_names=[role]
        )
        account.places = [AccountPlace(kind=kind, place_id=place_id) for kind, place_id in places]
        db.session.commit()
    return log_in(app, f"{role}@tests.example")


def code_for(browser: FlaskClient, scale_id: str) -> str:
    """A code as the office makes it on the scale's page."""
    token = csrf_token(browser, f"/registry/scales/{scale_id}")
    page = browser.post(f"/scales/{scale_id}/agent/code", data={"csrf_token": token}).text
    found = re.search(r'id="short-code">([A-Z0-9-]+)<', page)
    assert found is not None, page
    return found[1]


def enrol(app: Flask, code: str, key: object = KEY, addresses: object = ADDRESSES):
    """What the agent does; it has no cookie and no token of a form."""
    body = {"code": code, "public_key": key, "addresses": addresses}
    return app.test_client().post("/data/scales/enrol", json=body)


def test_every_demo_yard_and_plant_has_a_scale_and_two_meters_that_say_they_are_made_up(county_app: Flask) -> None:
    with county_app.app_context():
        yards, plants = (len(db.session.scalars(select(model)).all()) for model in (TransferYard, EndUsePlant))
        scales = db.session.scalars(select(Scale)).all()
        meters = db.session.scalars(select(MoistureMeter)).all()
        assert len(scales) == yards + plants
        assert len(meters) == 2 * (yards + plants)
        assert all("(synthetic)" in it.name for it in (*scales, *meters))
        assert ensure_demo_instruments(db.session) == 0


def test_an_instrument_stands_at_a_yard_or_at_a_plant_and_not_at_both(county_app: Flask, town: PlannedTown) -> None:
    browser = log_in(county_app)
    fields = {"scale_id": "S-9", "name": "Scale 9", "division_kg": "20", "capacity_kg": "80000"}
    yard, plant = town.scenario.yards[0].yard_id, town.scenario.plants[0].plant_id
    for places, status in (({}, 422), ({"yard_id": yard, "plant_id": plant}, 422), ({"yard_id": yard}, 302)):
        token = csrf_token(browser, "/registry/new/scales")
        answer = browser.post("/registry/new/scales", data={"csrf_token": token, **fields, **places})
        assert answer.status_code == status, places


@pytest.mark.parametrize(
    ("days", "words"),
    [(100, "valid for 100 days"), (10, "expires in 10 days"), (-1, "lapsed since"), (None, "no certificate")],
)
def test_the_page_of_a_scale_says_how_its_verification_stands(
    county_app: Flask, yard_id: str, days: int | None, words: str
) -> None:
    with county_app.app_context():
        kind = KINDS["scales"]
        scale = record_of(db.session, "scales", f"{yard_id}-1", scope=None)
        values = {column.key: getattr(scale, column.key) for column in kind.columns}
        values["certified_until"] = None if days is None else business_day() + timedelta(days=days)
        save_record(db.session, kind, scale.scale_id, values, seen_version=scale.version)
        db.session.commit()
    browser = log_in(county_app)
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, "/registry/scales")})
    assert words in browser.get(f"/registry/scales/{yard_id}-1").text
    assert browser.get("/registry/scales").status_code == 200


def test_a_yard_manager_sees_the_own_yards_instruments_and_no_others(county_app: Flask, town: PlannedTown) -> None:
    own, other = (yard.yard_id for yard in town.scenario.yards[:2])
    browser = somebody(county_app, "yard_manager", ("yard", own))
    for key, ending in (("scales", "1"), ("meters", "M1")):
        assert browser.get(f"/registry/{key}/{own}-{ending}").status_code == 200
        assert browser.get(f"/registry/{key}/{other}-{ending}").status_code == 404
    token = csrf_token(browser, f"/registry/scales/{own}-1")
    assert browser.post(f"/scales/{own}-1/agent/code", data={"csrf_token": token}).status_code == 200
    assert browser.post(f"/scales/{other}-1/agent/code", data={"csrf_token": token}).status_code == 404
    assert browser.post(f"/scales/{other}-1/agent/revoke", data={"csrf_token": token}).status_code == 404


def test_an_agent_enrols_with_a_code_once_and_signs_from_then_on(county_app: Flask, yard_id: str) -> None:
    browser = log_in(county_app)
    code = code_for(browser, f"{yard_id}-1")
    answer = enrol(county_app, f" {code.lower()} ")
    assert answer.status_code == 200
    said = answer.get_json()
    assert (said["scale_id"], said["division_kg"], said["capacity_kg"]) == (f"{yard_id}-1", 20, 80_000)
    assert said["origin"] == "http://localhost"
    assert enrol(county_app, code).status_code == 404
    page = browser.get(f"/registry/scales/{yard_id}-1").text
    assert fingerprint(KEY) in page
    assert ADDRESSES[1] in page
    with county_app.app_context():
        words = db.session.scalars(select(AuditEntry.what).where(AuditEntry.subject_kind == "scale")).all()
        assert words == ["scale.agent_code_made", "scale.agent_enrolled"]


def test_the_newest_agent_signs_and_the_one_before_no_more(county_app: Flask, yard_id: str) -> None:
    browser = log_in(county_app)
    for key in (KEY, OTHER_KEY):
        assert enrol(county_app, code_for(browser, f"{yard_id}-1"), key).status_code == 200
    with county_app.app_context():
        agent = agent_of(db.session, f"{yard_id}-1")
        assert agent is not None
        assert agent.public_key == OTHER_KEY
        former = db.session.scalars(select(ScaleAgent).where(ScaleAgent.public_key == KEY)).one()
        assert former.revoked_at is not None
    token = csrf_token(browser, f"/registry/scales/{yard_id}-1")
    browser.post(f"/scales/{yard_id}-1/agent/revoke", data={"csrf_token": token})
    with county_app.app_context():
        assert agent_of(db.session, f"{yard_id}-1") is None
        assert scale_addresses(db.session, "yard", yard_id) == ()


def test_a_code_is_over_after_a_quarter_of_an_hour_and_guesses_are_turned_away(county_app: Flask, yard_id: str) -> None:
    code = code_for(log_in(county_app), f"{yard_id}-1")
    with county_app.app_context():
        db.session.scalars(select(ScaleAgent)).one().code_expires_at = now() - timedelta(seconds=1)
        db.session.commit()
    answers = [enrol(county_app, code).status_code for _try in range(12)]
    assert answers[0] == 404
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("key", "addresses"),
    [
        ("no key", ADDRESSES),
        (None, ADDRESSES),
        (b64encode(b"short").decode(), ADDRESSES),
        (KEY, "https://192.168.1.20:8766"),
        (KEY, ["http://192.168.1.20:8766"]),
        (KEY, ["https://192.168.1.20:8766/path"]),
        (KEY, ["https://scale.local; script-src *"]),
        (KEY, ["https://*"]),
        (KEY, ["https://somebody@scale.local"]),
        (KEY, ["javascript:alert(1)"]),
        (KEY, ["https://scale.local:99999"]),
        (KEY, [5]),
        (KEY, ["https://a.local"] * 9),
    ],
)
def test_an_agent_with_no_key_or_an_address_that_is_none_is_refused(
    county_app: Flask, yard_id: str, key: object, addresses: object
) -> None:
    with county_app.app_context():
        scale = db.session.scalars(select(Scale).where(Scale.scale_id == f"{yard_id}-1")).one()
        maker = open_account(
            db.session, email="m@tests.example", name="M", password=PASSWORD, role_names=["dispatcher"]
        )
        code = make_agent_code(db.session, scale, maker)
        with pytest.raises(Refusal) as refused:
            enrol_agent(db.session, code, public_key=key, addresses=addresses)
        assert refused.value.kind is BAD_SCALE_AGENT
        enrol_agent(
            db.session, code, public_key=KEY, addresses=["https://scale-1.local:8766", "https://[fd00::1]:8766"]
        )
        assert scale_addresses(db.session, "yard", yard_id) == ("https://scale-1.local:8766",)


def test_the_notebook_gets_the_instruments_in_use_with_their_states(county_app: Flask, yard_id: str) -> None:
    assert enrol(county_app, code_for(log_in(county_app), f"{yard_id}-1")).status_code == 200
    with county_app.app_context():
        (scale,) = scales_for_notebook(db.session, "yard", yard_id)
        assert set(scale) >= {"id", "name", "division_kg", "capacity_kg", "address", "certified_until", "state"}
        assert (scale["id"], scale["address"], scale["state"]) == (f"{yard_id}-1", ADDRESSES[1], "valid")
        assert scales_for_notebook(db.session, "yard", yard_id, now().date().replace(year=2040))[0]["state"] == "lapsed"
        meters = meters_for_notebook(db.session, "yard", yard_id)
        assert [set(meter) for meter in meters] == [{"id", "name", "calibrated_until", "state"}] * 2
        withdraw(db.session, KINDS["meters"], record_of(db.session, "meters", f"{yard_id}-M1", scope=None))
        assert [meter["id"] for meter in meters_for_notebook(db.session, "yard", yard_id)] == [f"{yard_id}-M2"]
        assert meters_for_notebook(db.session, "plant", yard_id) == []
