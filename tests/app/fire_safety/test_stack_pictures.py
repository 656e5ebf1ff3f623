"""Pictures of stacks come from the tablet and stand on the yard's page by their time."""

from __future__ import annotations

import hashlib
import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.database.engine import db
from app.registry.models import TransferYard
from tests.app.gate import GateTablet, gate_tablet
from tests.conftest import log_in


def jpeg(shade: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 30)).save(content, "JPEG")
    return content.getvalue()


@pytest.fixture
def tablet(county_app: Flask) -> GateTablet:
    with county_app.app_context():
        yard_id = db.session.scalars(select(TransferYard.yard_id)).first() or ""
    return gate_tablet(county_app, ("yard", yard_id))


def test_pictures_of_a_stack_stand_by_time_on_its_yards_page_and_nowhere_else(
    county_app: Flask, tablet: GateTablet
) -> None:
    contents = [jpeg(shade) for shade in (40, 120)]
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    yard_id = tablet.place[1]
    for sha256, content in zip(hashes, contents, strict=True):
        record = tablet.record("stack_picture", {"stack_id": f"{yard_id}-01", "photos": [sha256]})
        answer = tablet.send(record)
        assert [result["status"] for result in answer["results"]] == [201]
        assert answer["missing_attachments"] == [sha256]
        put = tablet.browser.put(f"/data/tablet/attachments/{sha256}", data=content, headers=tablet.header)
        assert put.status_code == 201
    dispatcher = log_in(county_app)
    page = dispatcher.get(f"/heat/{yard_id}").get_data(as_text=True)
    assert 0 < page.index(hashes[0]) < page.index(hashes[1])
    for sha256, content in zip(hashes, contents, strict=True):
        assert dispatcher.get(f"/heat/{yard_id}/photos/{sha256}").data == content
    with county_app.app_context():
        other = db.session.scalars(select(TransferYard.yard_id).where(TransferYard.yard_id != yard_id)).first()
    assert dispatcher.get(f"/heat/{other}/photos/{hashes[0]}").status_code == 404


def test_a_picture_of_a_stack_that_is_not_here_or_of_nothing_is_refused(tablet: GateTablet) -> None:
    sha256 = hashlib.sha256(b"any").hexdigest()
    for body in ({"stack_id": "no-such", "photos": [sha256]}, {"stack_id": f"{tablet.place[1]}-01", "photos": []}):
        [result] = tablet.send(tablet.record("stack_picture", body))["results"]
        assert result["status"] == 422, result
