"""What tests of the pages of money do on them."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.conftest import csrf_token


def post(browser: FlaskClient, address: str, page: str, **fields: str) -> str:
    answer = browser.post(address, data={"csrf_token": csrf_token(browser, page), **fields}, follow_redirects=True)
    assert answer.status_code in (200, 409, 422), answer.status
    return answer.text


def proposed(browser: FlaskClient, material_id: str, **others: str) -> str:
    values = {
        "material_id": material_id, "kind": "provisional", "yuan_per_t": "200", "valid_from": "2025-01-01",
        "counted_end": "plant", "basis": "as_weighed", "town_percent": "0", "reason": "trial",
    }  # fmt: skip
    return post(browser, "/money/prices", "/money/prices", **values | others)
