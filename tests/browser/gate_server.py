"""What stands between a tablet and the server in the tests: a line that can be cut and that loses answers."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.accounts.device_requests import COOKIE
from app.accounts.devices import enrol, make_code
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.pins import choose_pin
from app.database.engine import db
from tests.conftest import EMAIL, PASSWORD

PIN = "739164"
# What a browser writes to its console when nobody answers; the tests cut the line on purpose.
CUT_OFF = ("Failed to load resource", "ERR_", "Failed to fetch", "An unknown error occurred when fetching the script")


@dataclass
class Line:
    """Stands before the app. `cut`: nobody answers. `lost_share`: of the answers to what tablets send, so many do not
    come although the app has done its work. `log`: method and path of what came through."""

    cut: bool = False
    lost_share: float = 0.0
    is_newer: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(20261112))
    log: list[tuple[str, str]] = field(default_factory=list)
    sent_bytes: int = 0

    def before(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if self.cut:
                return _hang_up(environ, start_response)
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            self.log.append((method, path))
            if self.is_newer:
                # what differs is not what the browser has
                environ.pop("HTTP_IF_NONE_MATCH", None)
            head: list[tuple[Any, ...]] = []
            parts = app(environ, lambda *said: head.append(said))
            try:
                body = b"".join(parts)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
            self.sent_bytes += len(body)
            sends = method in ("POST", "PUT") and path.startswith("/data/tablet/")
            if sends and self.chance.random() < self.lost_share:
                return _hang_up(environ, start_response)
            start_response(*head[-1])
            return [body]

        return answer

    def mark_version(self, response: Response) -> Response:
        if self.is_newer and request.path == "/tablet/worker.js":
            response.set_data(response.get_data(as_text=True).replace('VERSION = "', 'VERSION = "newer-', 1))
        if self.is_newer and request.path == "/tablet":
            response.set_data(response.get_data(as_text=True).replace("<html ", '<html data-newer="yes" ', 1))
        return response


def prepared(app: Flask, line: Line, place: tuple[str, str], *people: str, tablets: int = 1) -> list[str]:
    """Put the line before the app, open accounts of attendants with `PIN`, enrol tablets; returns their cookies."""

    app.after_request(line.mark_version)
    app.wsgi_app = line.before(app.wsgi_app)  # type: ignore[method-assign]
    with app.app_context():
        for number, name in enumerate(people):
            email = f"gate{number}@tests.example"
            account = open_account(db.session, email=email, name=name, password=PASSWORD, role_names=["attendant"])
            account.places = [AccountPlace(kind=place[0], place_id=place[1])]
            assert choose_pin(db.session, account, PIN) == []
        maker = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
        cookies = []
        for number in range(tablets):
            _code, text = make_code(db.session, name=f"Gate {number + 1}", place=place, made_by=maker)
            _device, token = enrol(db.session, text)
            cookies.append(token)
        db.session.commit()
    return cookies


def opened_gate(context: BrowserContext, address: str, cookie: str) -> Page:
    """A page of this tablet with the gate, fit for work without a network."""
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    page = context.new_page()
    page.goto("/tablet/enrolled")
    expect(page.locator("#key-state")).to_have_attribute("data-state", "done")
    page.goto("/tablet")
    expect(page.locator("html")).to_have_attribute("data-offline-ready", "yes")
    expect(page.locator("html")).to_have_attribute("data-screens-asked", "yes")
    return page


def in_gate(page: Page, module: str, body: str, argument: object = None) -> Any:
    """What `body`, statements over `m` (a module of the gate) and `a` (the argument), returns."""
    return page.evaluate(f"async (a) => {{ const m = await import('/static/js/gate/{module}.js'); {body} }}", argument)


def _hang_up(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return []


def notebook_read_anew(page: Page) -> None:
    """As if the rest between two readings of the notebook were over: a test does not wait for it."""
    page.evaluate(_READ_ANEW)


_READ_ANEW = """async () => {
    const { keepValue, keptValue } = await import("/static/js/gate/database.js");
    await keepValue("notebook", { ...(await keptValue("notebook")), readAt: "2020-01-01T00:00:00.000Z" });
    await (await import("/static/js/gate/sync.js")).sendNow();
}"""
