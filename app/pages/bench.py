"""How long every page takes with 20,000 fields, asked of a real server (goal: 150 ms for 95 of 100 requests)."""

from __future__ import annotations

import http.cookiejar
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from flask import Flask

from app import create_app
from app.accounts.operations import ensure_roles, open_account
from app.config import Config
from app.database.engine import db
from app.database.migrate import upgrade
from app.dispatch.operations import import_plan, import_scenario
from solver.greedy import plan_greedy
from solver.plan_files import write_plan
from solver.roads.matrices import ways_of
from solver.scenario import FarmField, Scenario
from solver.scenario_files import read_scenario, write_scenario

FIELDS = 20_000
REQUESTS = 30
CLIENTS = 2
_COUNTY = Path("data/haining")
_DAYS = date(2026, 11, 12), date(2026, 11, 13)
_SECRET = "only for the bench, and no installation"
_EMAIL, _PASSWORD = "bench@demo.example", "only-for-the-bench-4711"
# Files to keep are made once each; the rest are pages and what pages ask for.
_PAGES = ("text/html", "application/json")
# Read by programs or not pages of their own.
_LEFT_OUT = ("/logout", "/healthz", "/metrics", "/static", "/language")


def run() -> None:
    """Print one line a page: how long half and 95 of 100 requests took, with one client and with two at once."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        app = _filled(instance)
        addresses = list(_addresses(app))
        print(f"{FIELDS} fields, {REQUESTS} requests a page; ms for 50 and 95 of 100")
        print(f"{'page':44}{'alone':>14}{f'{CLIENTS} at once':>16}{'kB':>9}")
        with _server(instance) as origin:
            for address in addresses:
                _measure(origin, address)


def _measure(origin: str, address: str) -> None:
    browsers = [_logged_in(origin) for _client in range(CLIENTS)]
    started = time.perf_counter()
    size, kind = _got(browsers[0], origin + address)
    if size is None or not kind.startswith(_PAGES):
        print(f"{address:44}{kind[:40]:>30}{(size or 0) / 1000:9.0f}{time.perf_counter() - started:9.2f} s once")
        return
    alone = [_seconds(browsers[0], origin + address) for _request in range(REQUESTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        at_once = [
            seconds
            for taken in pool.map(
                lambda browser: [_seconds(browser, origin + address) for _request in range(REQUESTS)], browsers
            )
            for seconds in taken
        ]
    print(f"{address:44}{_percentiles(alone):>14}{_percentiles(at_once):>16}{size / 1000:9.0f}", flush=True)


def _percentiles(seconds: list[float]) -> str:
    half, most = np.percentile(seconds, [50, 95]) * 1000
    return f"{half:.0f} / {most:.0f}"


def _seconds(browser: urllib.request.OpenerDirector, address: str) -> float:
    started = time.perf_counter()
    with browser.open(address) as answer:
        answer.read()
    return time.perf_counter() - started


def _got(browser: urllib.request.OpenerDirector, address: str) -> tuple[int | None, str]:
    try:
        with browser.open(address) as answer:
            return len(answer.read()), answer.headers["Content-Type"]
    except urllib.error.HTTPError as refused:
        return None, str(refused.code)


def _addresses(app: Flask) -> Iterator[str]:
    """Every page there is: the address parts are things of the county."""
    parts = {"text": _DAYS[0].isoformat(), "key": "fields", "account_id": 1}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            address_parts = {**parts, "thing_id": "F0001", "record_id": "F0001", "truck_id": "T001"}
            if "GET" not in (rule.methods or ()) or not rule.arguments <= set(address_parts):
                continue
            address = adapter.build(rule.endpoint, {name: address_parts[name] for name in rule.arguments})
            if not address.startswith(_LEFT_OUT):
                yield address


def _filled(instance: Path) -> Flask:
    started = time.perf_counter()
    config = Config(instance=instance, database_url=f"sqlite:///{instance / 'strawline.sqlite'}", secret_key=_SECRET)
    app = create_app(config)
    with app.app_context():
        upgrade(db.engine)
        ensure_roles(db.session)
        open_account(
            db.session, email=_EMAIL, name="Bench", password=_PASSWORD, role_names=["dispatcher", "administrator"]
        )
        scenario = _county()
        write_scenario(scenario, instance / "county")
        write_plan(plan_greedy(scenario, ways_of(scenario)), instance / "plan")
        planned = time.perf_counter()
        import_scenario(db.session, instance / "county")
        imported = time.perf_counter()
        import_plan(db.session, instance / "plan")
        db.session.commit()
    print(f"plan by the rule {planned - started:.1f} s, county loaded {imported - planned:.1f} s, "
          f"plan loaded {time.perf_counter() - imported:.1f} s")  # fmt: skip
    return app


def _county() -> Scenario:
    """The demo county with many more fields, all ready on two days in the middle of its season."""
    county = read_scenario(_COUNTY)
    random = np.random.default_rng(20)
    offsets = random.normal(0, 0.004, (FIELDS, 2))
    share = len(county.fields) / FIELDS
    fields = [_copy(county.fields[i % len(county.fields)], i, offsets[i], share) for i in range(FIELDS)]
    return replace(
        county,
        name="Bench (synthetic)",
        season_start=_DAYS[0],
        season_end=_DAYS[1],
        fields=tuple(fields),
        workable_fraction_by_date={},
        hours_by_place_and_date={},
    )


def _copy(original: FarmField, number: int, offset: np.ndarray, share: float) -> FarmField:
    return replace(
        original,
        field_id=f"F{number + 1:04d}",
        lon=round(original.lon + offset[0], 6),
        lat=round(original.lat + offset[1], 6),
        area_mu=round(original.area_mu * share + 0.1, 4),
        dry_straw_t=round(original.dry_straw_t * share + 0.05, 3),
        already_baled_t=0.0,
        ready_date=_DAYS[0],
        clear_by=_DAYS[1],
    )


@contextmanager
def _server(instance: Path) -> Iterator[str]:
    """`strawline serve` with two processes, on the two cores of a small server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "STRAWLINE_INSTANCE": str(instance),
        "STRAWLINE_SECRET_KEY": _SECRET,
        "PATH": str(Path(sys.executable).parent),
        "HOME": str(instance),
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            origin = f"http://127.0.0.1:{port}"
            _wait_for(origin)
            yield origin
        finally:
            process.terminate()


def _wait_for(origin: str) -> None:
    for _second in range(120):
        try:
            with urllib.request.urlopen(f"{origin}/healthz"):
                return
        except OSError:
            time.sleep(1)
    raise RuntimeError("the server does not answer")


def _logged_in(origin: str) -> urllib.request.OpenerDirector:
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    with browser.open(f"{origin}/login") as page:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    assert token is not None
    form = urllib.parse.urlencode({"email": _EMAIL, "password": _PASSWORD, "csrf_token": token[1]})
    with browser.open(f"{origin}/login", form.encode()) as page:
        if page.url.endswith("/login"):
            raise RuntimeError("nobody was logged in")
    return browser


if __name__ == "__main__":
    run()
