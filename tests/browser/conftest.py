"""A real browser on a real server over loopback, with the small demo town loaded.

Whatever a test does, the page may report no error and ask no other host: `page` looks at both when the test is over.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, expect, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from app.accounts.permissions import Access
from app.database.engine import db
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import AXE
from tests.browser.design_pages import ROLES, DesignServer, prepared_design
from tests.browser.gate_server import CUT_OFF, Line, prepared
from tests.browser.gate_tablet import ACROSS, Gate, Tablet
from tests.conftest import EMAIL, PASSWORD, Template, config_for

VENDOR = Path(__file__).resolve().parents[2] / "app" / "static" / "vendor"
# The shell is the same engine without a window's frame around it, in half the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALL = {"width": 1280, "height": 800}
LARGE = {"width": 1920, "height": 1080}
TABLET = {"width": 800, "height": 1280}
# A machine that does much else at the same time is slow, not wrong.
expect.set_options(timeout=20_000)
SHOWN = "#content[data-shown]:not([data-shown=''])"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app with the small town, served by threads of this process."""
    if not VENDOR.is_dir():
        pytest.skip("NO BROWSER TESTS: app/static/vendor is missing, run `make setup`")
    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="session")
def empty_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same without a county."""
    yield from served(lambda: sqlite_copy("empty"), tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """It ends with its module: while it lives, an event loop runs in this thread, which the app cannot bear."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        if found is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("NO BROWSER TESTS: no Chromium on PATH and none of Playwright's")
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def logged_in(browser: Browser, server: str) -> StorageState:
    """The cookies of a dispatcher who has logged in."""
    context = browser.new_context(base_url=server)
    log_in(context.new_page())
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def guarded_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts whose pages must stay on this machine and report no error."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(
        *, expected_faults: tuple[str, ...] = (), also_asked: tuple[str, ...] = (), **options: object
    ) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        own_host = urlsplit(str(options["base_url"])).netloc

        def note_console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not any(part in message.text for part in expected_faults):
                faults.append(f"console {message.type}: {message.text}")

        context.on("console", note_console)
        context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
        context.on(
            "request",
            lambda request: (
                faults.append(f"left the machine: {request.url}")
                if urlsplit(request.url).netloc not in (own_host, "", *also_asked)
                else None
            ),
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def open_day(
    guarded_context: Callable[..., BrowserContext], server: str, logged_in: StorageState, town: PlannedTown
) -> Callable[..., Page]:
    """Opens a day (default: the one planned in detail) as a logged-in dispatcher and waits until it is shown."""

    def open_(path: str = f"/days/{town.day}", size: dict[str, int] = SMALL, **options: object) -> Page:
        context = guarded_context(base_url=server, storage_state=logged_in, viewport=size, **options)
        page = context.new_page()
        page.goto(path)
        page.wait_for_selector(SHOWN)
        return page

    return open_


@pytest.fixture(scope="module")
def design(
    sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DesignServer]:
    """The app with the small town, somebody of every role that is tested, /styleguide and a form of no page in use."""
    if not VENDOR.is_dir() or not AXE.exists():
        pytest.skip("NO BROWSER TESTS: browser libraries are missing, run `make setup`")
    found: list[tuple[str, Access | None]] = []
    for base_url in served(
        lambda: sqlite_copy("county"),
        tmp_path_factory.mktemp("instance"),
        lambda app: found.extend(prepared_design(app, town)),
        styleguide=True,
    ):
        yield DesignServer(base_url, found)


@pytest.fixture(scope="module")
def cookies(browser: Browser, design: DesignServer) -> dict[str, object]:
    """What the browser of each role keeps after the login, by role and language."""
    states: dict[str, object] = {}
    for role in ROLES:
        context = browser.new_context(base_url=design.base_url)
        page = context.new_page()
        log_in(page, f"{role}@tests.example")
        states[f"{role} zh"] = context.storage_state()
        page.click("#language-switch")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        states[f"{role} en"] = context.storage_state()
        context.close()
    return states


@pytest.fixture
def open_as(
    guarded_context: Callable[..., BrowserContext], design: DesignServer, cookies: dict[str, object]
) -> Callable[..., Page]:
    """Opens a page as somebody with this role."""

    def open_(role: str, path: str, size: dict[str, int] = SMALL, *, language: str = "zh", **options: object) -> Page:
        state = cookies[f"{role} {language}"]
        context = guarded_context(base_url=design.base_url, storage_state=state, viewport=size, **options)
        page = context.new_page()
        page.goto(path)
        return page

    return open_


@pytest.fixture(scope="module")
def gate_server(sqlite_copy: Template, town: PlannedTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    gate = Gate()

    def prepare(app: Flask) -> None:
        here = ("yard", town.scenario.yards[0].yard_id)
        gate.cookies = prepared(app, Line(), here, "Li (demo)", "Wang (demo)", tablets=24)
        app.wsgi_app = gate.scale.before(app.wsgi_app)  # type: ignore[method-assign]

    for address in served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("gate"), prepare):
        gate.address = address
        yield gate


@pytest.fixture
def tablet(gate_server: Gate, guarded_context: Callable[..., BrowserContext], tmp_path: Path) -> Callable[..., Tablet]:
    gate_server.scale.set("empty", 0, "empty")
    gate_server.scale.loses_answers = False

    def opened(size: dict[str, int] = ACROSS, **changes: Any) -> Tablet:
        faults = (*CUT_OFF, "status of 409")
        context = guarded_context(base_url=gate_server.address, viewport=size, has_touch=True, expected_faults=faults)
        return Tablet(gate_server, context, tmp_path, changes)

    return opened


def log_in(page: Page, email: str = EMAIL) -> None:
    page.goto("/login")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: urlsplit(address).path == "/")


def served(
    make_database: Callable[[], str],
    instance: Path,
    prepare: Callable[[Flask], None] = lambda app: None,
    **settings: object,
) -> Iterator[str]:
    """Serve the app on this database and with these settings, changed by `prepare`; gives its address."""

    def made() -> Flask:
        app = create_app(replace(config_for(make_database(), instance), **settings))  # type: ignore[arg-type]
        prepare(app)
        return app

    # The app is made and ended in a thread of its own, away from the browser's event loop.
    with ThreadPoolExecutor(max_workers=1) as own_thread:
        app = own_thread.submit(made).result()
        server = make_server("127.0.0.1", 0, _answered_whole(app), threaded=True)
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()
        server.server_close()
        own_thread.submit(_dispose, app).result()


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _answered_whole(app: Callable[..., Iterable[bytes]]) -> Callable[..., list[bytes]]:
    """The app with each answer closed before it is sent: where a browser hangs up, this server would leave its file
    open."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer
