"""The shell of the offline app: what it says, what it may load, and the worker that keeps it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.device_requests import COOKIE
from app.compression import without_comments
from app.tablet.shell_files import shell_files
from tests.app.day_plan import PlannedTown
from tests.app.devices.tablets import Tablet, enrolled

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50"


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> Tablet:
    return enrolled(county_app, ("yard", town.scenario.yards[0].yard_id))


def worker_parts(browser: FlaskClient) -> tuple[str, list[str], list[str], list[str]]:
    """The version, the files that the worker keeps, those that it keeps as soon as the app is ready, and later."""
    script = browser.get("/tablet/worker.js").text
    named = dict(re.findall(r"^const (VERSION|FILES|SCREENS|LATER) = (.*);$", script, re.M))
    version, files, screens, later = (json.loads(named[name]) for name in ("VERSION", "FILES", "SCREENS", "LATER"))
    return version, files, screens, later


def test_the_shell_asks_nothing_but_its_own_server_and_the_scales_beside_it(tablet: Tablet) -> None:
    answer = tablet.browser.get("/tablet")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["connect-src"].split() == ["'self'", "http://127.0.0.1:*", "http://localhost:*"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "camera=()" in tablet.browser.get("/tablet/names").headers["Permissions-Policy"]


def test_a_scale_at_another_address_makes_another_version(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy is cached with the shell."""
    before, *_files = worker_parts(tablet.browser)
    monkeypatch.setattr("app.tablet.shell_views.scale_addresses", lambda *_place: ("https://192.168.1.20:8766",))
    assert "https://192.168.1.20:8766;" in tablet.browser.get("/tablet").headers["Content-Security-Policy"]
    assert worker_parts(tablet.browser)[0] != before


def test_the_shell_is_the_same_at_every_request(tablet: Tablet) -> None:
    """It is cached as it is: a token or a nonce in it would be one of yesterday."""
    first, second = (tablet.browser.get("/tablet") for _time in range(2))
    assert first.text == second.text
    assert "csrf" not in first.text
    known = {"If-None-Match": first.headers["ETag"]}
    assert tablet.browser.get("/tablet", headers=known).status_code == 304


def test_the_worker_names_every_file_that_the_shell_loads(tablet: Tablet) -> None:
    _version, files, screens, later = worker_parts(tablet.browser)
    assert files[0] == "/tablet"
    assert later == ["/tablet-check", "/static/js/gate/check.js"]
    for name in ("store", "sync", "operators", "frame", "app"):
        assert f"/static/js/gate/{name}.js" in files
    assert "/static/js/tablet_key.js" in files
    assert "/static/js/gate/worker.js" not in files
    assert screens[0] == "/tablet/later"
    assert {"/static/js/gate/screens/inspect.js", "/static/css/gate_later.css"} <= set(screens)
    assert not set(files) & set(screens)
    for address in [*files, *screens, *later]:
        with tablet.browser.get(address) as answer:
            assert answer.status_code == 200, address


def test_the_worker_may_serve_the_shell_itself(tablet: Tablet) -> None:
    answer = tablet.browser.get("/tablet/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/tablet"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"


def test_the_version_changes_with_the_language_and_with_any_file(tablet: Tablet, tmp_path: Path) -> None:
    before, *_files = worker_parts(tablet.browser)
    with tablet.browser.session_transaction() as session:
        session["language"] = "en"
    assert worker_parts(tablet.browser)[0] != before

    (tmp_path / "js").mkdir()
    page = '<script type="module" src="/static/js/a.js"></script>'
    (tmp_path / "js" / "a.js").write_text('import { b } from "./b.js";')
    (tmp_path / "js" / "b.js").write_text("export const b = 1;")
    one = shell_files([page], tmp_path)
    assert one.addresses == ("/static/js/a.js", "/static/js/b.js")
    (tmp_path / "js" / "b.js").write_text("export const b = 2;")
    assert shell_files([page], tmp_path).version != one.version


def test_no_import_leads_out_of_the_static_folder(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "secret.js").write_text("")
    (tmp_path / "static" / "a.js").write_text('import "../secret.js"; import "../static/a.js";')
    assert shell_files(['<script src="/static/a.js">'], tmp_path / "static").addresses == ("/static/a.js",)


def test_the_manifest_makes_the_gate_an_app_with_icons_that_are_there(tablet: Tablet) -> None:
    answer = tablet.browser.get("/tablet/app.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    said = answer.get_json()
    assert (said["start_url"], said["scope"], said["display"]) == ("/tablet", "/tablet", "standalone")
    assert said["short_name"] == "秸运"
    for icon in said["icons"]:
        with tablet.browser.get(icon["src"]) as found:
            assert found.mimetype == "image/png"


def test_whoever_is_no_tablet_is_shown_how_to_become_one(county_app: Flask) -> None:
    browser = county_app.test_client()
    for address in ("/tablet", "/tablet/worker.js", "/tablet/app.webmanifest"):
        assert browser.get(address).headers["Location"] == "/tablet/enrol"
    browser.set_cookie(COOKIE, "made up")
    assert browser.get("/tablet").headers["Location"] == "/tablet/enrol"


def test_any_browser_can_be_checked_before_it_is_enrolled(county_app: Flask) -> None:
    answer = county_app.test_client().get("/tablet-check")
    assert answer.status_code == 200
    assert set(re.findall(r'data-test="(\w+)"', answer.text)) >= {
        "secure", "worker", "database", "persist", "quota", "camera", "crypto", "locks", "clock",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["/tablet", "/tablet/enrol/ABCD", "/tablet-check"])
def test_in_wechat_every_page_of_the_tablet_says_how_to_open_it_in_the_browser(
    county_app: Flask, tablet: Tablet, address: str
) -> None:
    for browser in (county_app.test_client(), tablet.browser):
        answer = browser.get(address, headers={"User-Agent": WECHAT}, follow_redirects=True)
        assert "在浏览器中打开" in answer.text
        assert "/tablet" in answer.text
    assert county_app.test_client().get("/login", headers={"User-Agent": WECHAT}).text.count("在浏览器中打开") == 0


def test_what_tablets_load_goes_out_compressed_and_is_known_again(tablet: Tablet) -> None:
    for address in ("/tablet", "/tablet/worker.js", "/tablet-check", "/static/css/gate_frame.css"):
        with tablet.browser.get(address) as plain, tablet.browser.get(address, headers=TAKES_GZIP) as packed:
            assert "Content-Encoding" not in plain.headers
            assert packed.headers["Content-Encoding"] == "gzip"
            assert "Accept-Encoding" in packed.headers["Vary"]
            assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
            assert gzip.decompress(packed.data) == without_comments(plain.data, plain.mimetype)
    with tablet.browser.get("/static/css/gate_frame.css", headers=TAKES_GZIP) as kept:  # no file stays open
        assert kept.data == packed.data
    known = {"If-None-Match": packed.headers["ETag"], **TAKES_GZIP}
    with tablet.browser.get("/static/css/gate_frame.css", headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_only_comments_with_lines_of_their_own_are_left_out() -> None:
    script = '// one\nconst a = "// two"; // three\n/** four\n * five */\nconst b = 1;\n  // six\n/*! licence */\n'
    kept = b'\nconst a = "// two"; // three\n\n\nconst b = 1;\n\n/*! licence */\n'
    assert without_comments(script.encode(), "text/javascript") == kept
    assert without_comments(b"/* a\n*/\nb { c: url(//d) }\n// e\n", "text/css") == b"\n\nb { c: url(//d) }\n// e\n"
    assert without_comments(b"// a", "text/plain") == b"// a"


def test_no_text_over_several_lines_looks_like_a_comment() -> None:
    """It would be left out of what browsers get."""
    for path in sorted(STATIC.glob("js/**/*.js")):
        source = path.read_text(encoding="utf-8")
        code = without_comments(source.encode(), "text/javascript").decode()
        assert code.count("`") % 2 == 0, path
        assert source.count("\n") == code.count("\n"), path


def test_pages_with_a_token_and_pictures_go_out_as_they_are(tablet: Tablet) -> None:
    for address in ("/tablet/names", "/static/img/gate-192.png"):
        with tablet.browser.get(address, headers=TAKES_GZIP) as answer:
            assert "Content-Encoding" not in answer.headers
    with tablet.browser.head("/static/css/gate_frame.css", headers=TAKES_GZIP) as answer:
        assert answer.data == b""


def test_the_first_load_of_the_gate_is_at_most_100_kb(tablet: Tablet) -> None:
    """Compressed, everything that the worker keeps and the worker itself."""
    _version, files, _screens, _later = worker_parts(tablet.browser)
    total = 0
    for address in [*files, "/tablet/worker.js", "/tablet/app.webmanifest"]:
        with tablet.browser.get(address, headers=TAKES_GZIP) as answer:
            total += len(answer.data)
    assert total <= 100_000, total
