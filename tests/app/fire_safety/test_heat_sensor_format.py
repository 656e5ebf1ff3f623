"""The format of sensors as docs/heat_sensors.md tells it is the one that is read."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.clock import now
from app.database.engine import db
from app.fire_safety.heat.operations import make_gateway
from app.registry.models import TransferYard

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "heat_sensors.md"


def test_the_example_of_the_document_is_understood(county_app: Flask) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    address = re.search(r"POST https://SERVER(\S+)", text)
    body = re.search(r'^{"readings".*$', text, re.MULTILINE)
    assert address is not None
    assert body is not None
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
        secret = make_gateway(db.session, yard_id, "Sensors", 1, now())
        db.session.commit()
    client = county_app.test_client()
    answer = client.post(address[1], data=body[0], headers={"Authorization": f"Sensor {secret}"})
    assert answer.get_json() == {"stored": 0, "known_before": 0, "unknown_probes": ["P1"]}
    assert client.post(address[1], data=body[0]).status_code == 401
    refused = client.post(address[1], data="{}", headers={"Authorization": f"Sensor {secret}"})
    assert refused.status_code == 422
