"""Every route of the URL map, whatever it answers: the headers, the token that a change asks for, the cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response, abort, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.operations import open_account
from app.accounts.permissions import Door, needs
from app.database.engine import db
from tests.app.addresses import every_address
from tests.app.day_plan import PlannedTown
from tests.conftest import EMAIL, PASSWORD, Template, config_for, csrf_token

STATE_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Routes that change something and ask for no CSRF token, by name, with the reason; whoever adds one says so here.
WITHOUT_TOKEN: dict[str, str] = {
    "instruments.enrol": "a program beside a scale asks, with a code that is good once; no cookie counts there",
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
}
NONCE = re.compile(r"'nonce-([\w-]{20,})'")
# Pages for phones in the field, which may ask where they are and take photos.
ASKS_WHERE = {"stubble.form"}


@pytest.fixture
def secure_app(sqlite_copy: Template, tmp_path: Path) -> Iterator[Flask]:
    """The app as it stands behind HTTPS, with an administrator; the database plays no part in headers and cookies."""
    app = create_app(replace(config_for(sqlite_copy("county"), tmp_path), secure_cookies=True, styleguide=True))

    @app.get("/fails")
    @needs(Door.ANYONE)
    def fails() -> Response:
        abort(500)

    @app.get("/with-nonce")
    @needs(Door.ANYONE)
    def with_nonce() -> str:
        return render_template_string('<script nonce="{{ csp_nonce() }}"></script>')

    with app.app_context():
        open_account(db.session, email="admin@tests.example", name="A", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()


def test_every_answer_carries_the_headers_whatever_its_status(secure_app: Flask, town: PlannedTown) -> None:
    """Without a login, as a dispatcher and as an administrator: pages, refusals, redirections, data, files."""
    statuses: set[int] = set()
    kinds: set[str] = set()
    for browser in (secure_app.test_client(), over_https(secure_app, EMAIL), over_https(secure_app)):
        extra = [("", "GET", address) for address in ("/no-such-page", "/data/no-such.json", "/static/no-such.css")]
        for endpoint, method, address in [*every_address(secure_app, town), *extra]:
            with browser.open(address, method=method, base_url="https://localhost") as answer:
                may_ask_where = endpoint in ASKS_WHERE and answer.status_code == 200
                assert missing(answer, may_ask_where=may_ask_where) == [], (method, address, answer.status_code)
                statuses.add(answer.status_code)
                kinds.add(answer.mimetype)
    with secure_app.test_client().get("/fails") as answer:
        assert answer.status_code == 500
        assert missing(answer) == []
    assert {200, 302, 400, 401, 403, 404} <= statuses
    assert {"text/html", "application/json", "text/css"} <= kinds


def test_no_page_has_a_script_or_a_style_in_its_text(secure_app: Flask, town: PlannedTown) -> None:
    """The policy would stop them; here it shows which page forgot. A nonce or JSON makes a script element good."""
    browser = over_https(secure_app)
    for _endpoint, method, address in every_address(secure_app, town):
        if method != "GET":
            continue
        with browser.get(address, base_url="https://localhost") as answer:
            if answer.mimetype != "text/html":
                continue
            page = answer.text
        nonces = set(NONCE.findall(answer.headers["Content-Security-Policy"]))
        for tag in re.findall(r"<(?:script|style)\b[^>]*>", page):
            good = (
                "src=" in tag or 'type="application/json"' in tag or any(f'nonce="{nonce}"' in tag for nonce in nonces)
            )
            assert good, (address, tag)
        assert re.search(r"<[^>]*\s(?:style|on[a-z]+)=\"", page) is None, address
        assert "javascript:" not in page, address


def test_a_nonce_serves_one_answer(secure_app: Flask) -> None:
    browser = secure_app.test_client()
    nonces = set()
    for _time in range(2):
        answer = browser.get("/with-nonce")
        (nonce,) = set(NONCE.findall(answer.headers["Content-Security-Policy"]))
        assert f'nonce="{nonce}"' in answer.text
        nonces.add(nonce)
    assert len(nonces) == 2


def test_whatever_changes_something_asks_for_a_token(secure_app: Flask, town: PlannedTown) -> None:
    """With a login, from this site and from another one; without a token, with an empty and with somebody else's."""
    browser = over_https(secure_app)
    foreign = csrf_token(secure_app.test_client(), "/login")
    routes = [each for each in every_address(secure_app, town) if each[1] in STATE_CHANGING]
    assert routes
    open_routes = set()
    for endpoint, method, address in routes:
        for data in ({}, {"csrf_token": ""}, {"csrf_token": foreign}):
            for origin in ("https://localhost", "https://elsewhere.example"):
                headers = {"Origin": origin, "Referer": f"{origin}/"}
                with browser.open(
                    address, method=method, data=data, headers=headers, base_url="https://localhost"
                ) as answer:
                    if answer.status_code not in (400, 401):
                        open_routes.add((endpoint, answer.status_code))
    assert {endpoint for endpoint, _status in open_routes} == set(WITHOUT_TOKEN), open_routes


def test_nothing_is_changed_by_asking_for_a_page(secure_app: Flask) -> None:
    """A route that changes something takes no GET: a link or a picture of another site could ask for it."""
    changing = {rule.endpoint: rule.methods for rule in secure_app.url_map.iter_rules()}
    for name in ("security.logout", "language.switch_language", "people.switch_person", "people.link_person"):
        assert "GET" not in changing[name], name


def test_cookies_go_over_https_only_and_stay_away_from_scripts_and_other_sites(
    secure_app: Flask, town: PlannedTown
) -> None:
    browser = over_https(secure_app)
    cookies: list[str] = []
    for _endpoint, method, address in every_address(secure_app, town):
        with browser.open(address, method=method, base_url="https://localhost") as answer:
            cookies += answer.headers.getlist("Set-Cookie")
    with secure_app.test_client() as other:
        token = csrf_token(other, "/login")
        typed = {"email": EMAIL, "password": PASSWORD, "remember": "y", "csrf_token": token}
        for answer in (other.get("/login"), other.post("/login", data=typed)):
            cookies += answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        name = cookie.partition("=")[0]
        assert "Secure" in cookie, name
        assert "HttpOnly" in cookie, name
        assert re.search(r"SameSite=(Lax|Strict)", cookie), name


def test_without_https_the_browser_is_not_told_to_insist_on_it(county_app: Flask) -> None:
    assert "Strict-Transport-Security" not in county_app.test_client().get("/login").headers


def missing(answer: TestResponse, *, may_ask_where: bool = False) -> list[str]:
    """The headers that the answer lacks, or has with another value."""
    headers = answer.headers
    faults = [name for name, value in HEADERS.items() if headers.get(name) != value]
    policy = {
        part.split()[0]: set(part.split()[1:]) for part in headers.get("Content-Security-Policy", "").split(";") if part
    }
    faults += [name for name, sources in POLICY.items() if policy.get(name) != sources]
    for name in ("script-src", "style-src"):
        if {source for source in policy.get(name, set()) if not NONCE.fullmatch(source)} != {"'self'"}:
            faults.append(name)
    if "max-age=" not in headers.get("Strict-Transport-Security", ""):
        faults.append("Strict-Transport-Security")
    where = "geolocation=(self)" if may_ask_where else "geolocation=()"
    if where not in headers.get("Permissions-Policy", "").split(", "):
        faults.append("Permissions-Policy")
    if "Cache-Control" not in headers:
        faults.append("Cache-Control")
    return faults


def over_https(app: Flask, email: str = "admin@tests.example") -> FlaskClient:
    """A browser that asks over HTTPS, with somebody logged in."""
    browser = app.test_client()
    page = browser.get("/login", base_url="https://localhost").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    typed = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
    answer = browser.post(
        "/login", data=typed, base_url="https://localhost", headers={"Referer": "https://localhost/login"}
    )
    assert answer.status_code == 302, answer.text
    return browser
