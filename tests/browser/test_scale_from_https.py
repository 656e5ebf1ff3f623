"""A page that came over HTTPS asks the agent beside the scale: on its own machine, and over the yard's network.

The browser is told that the page came from the public network and that 127.0.0.2 is another machine of the yard: so it
asks for the permission to reach the local network, as it does on a tablet.
"""

from __future__ import annotations

import shutil
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.clock import now
from app.weighbridge.agent import ScaleAgent
from app.weighbridge.certificates import certificate_files, renew_certificate
from app.weighbridge.signing import verified_reading
from app.weighbridge.simulation.playing import PlayedScale
from tests.app.weighbridge.played_agent import NONCE, OTHER_NONCE, SETTINGS, agent_at_scale, wait_until
from tests.browser.conftest import ARGUMENTS, BROWSERS

SITE, OTHER_SITE = "gate.demo.example", "other.demo.example"
PERMISSION = "local-network-access"
LAN_ADDRESS = "127.0.0.2"
# The newest browsers want to be told which network is meant; others do not know the member and pass over it.
ASK = """async ([url, space, nonce]) => {
    const headers = {"Content-Type": "application/json"};
    const take = nonce && {method: "POST", headers, body: JSON.stringify({nonce})};
    try {
        const answer = await fetch(url, {targetAddressSpace: space, ...take});
        return {status: answer.status, said: await answer.json()};
    } catch (fault) {
        return {fault: String(fault)};
    }
}"""
LISTEN = """async ([url, space]) => {
    const answer = await fetch(url, {targetAddressSpace: space});
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        text += (await reader.read()).value;
        const events = text.split("\\n\\n");
        text = events.pop();
        for (const event of events) {
            const state = JSON.parse(event.slice("data: ".length));
            if (state.may_take) {
                await reader.cancel();
                return state;
            }
        }
    }
}"""


@dataclass(frozen=True, kw_only=True)
class Yard:
    """A scale with its agent, where that answers, and where the page is."""

    scale: PlayedScale
    agent: ScaleAgent
    near: str
    lan: str
    page_port: int


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        agents = f"http://127.0.0.1:* https://{LAN_ADDRESS}:*"
        self.send_header("Content-Security-Policy", f"default-src 'self'; connect-src 'self' {agents}")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Gate</title>")

    def log_message(self, format: str, *args: Any) -> None:
        """Not into the tests' output."""


@pytest.fixture(scope="module")
def page_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of a site with TLS, by whatever name it is asked for."""
    folder = tmp_path_factory.mktemp("site")
    renew_certificate(folder, ("127.0.0.1",), label="site", today=now())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_files(folder).chain, certificate_files(folder).key)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@pytest.fixture(scope="module")
def yard(page_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A scale that is played, and an agent that pages of the site may ask."""
    settings = replace(SETTINGS, origins=(f"https://{SITE}:{page_port}",), lan_address=LAN_ADDRESS)
    with agent_at_scale(tmp_path_factory.mktemp("scale"), settings=settings) as (scale, agent, servers):
        near, lan, _ = servers.urls
        yield Yard(scale=scale, agent=agent, near=near, lan=lan, page_port=page_port)


@pytest.fixture(scope="module")
def browser(yard: Yard) -> Iterator[Browser]:
    """A browser that takes the site for one of the internet and the agent's other address for one of the yard."""
    spaces = f"127.0.0.1:{yard.page_port}=public,{urlsplit(yard.lan).netloc}=local"
    names = f"MAP {SITE} 127.0.0.1,MAP {OTHER_SITE} 127.0.0.1"
    arguments = [*ARGUMENTS, f"--ip-address-space-overrides={spaces}", f"--host-resolver-rules={names}"]
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        if found is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("NO BROWSER TESTS: no Chromium on PATH and none of Playwright's")
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


def opened(browser: Browser, yard: Yard, *, site: str = SITE, allowed: bool = True) -> Page:
    """A page of the site, whose person has allowed it to reach the local network or has not."""
    origin = f"https://{site}:{yard.page_port}"
    context = browser.new_context(ignore_https_errors=True)
    if allowed:
        context.grant_permissions([PERMISSION], origin=origin)
    page = context.new_page()
    page.goto(f"{origin}/")
    return page


@pytest.mark.parametrize(
    ("near", "space", "kg", "nonce"), [(True, "loopback", 18_460, NONCE), (False, "local", 7_200, OTHER_NONCE)]
)
def test_a_page_over_https_follows_the_scale_and_takes_a_weight(
    browser: Browser, yard: Yard, near: bool, space: str, kg: int, nonce: str
) -> None:
    page = opened(browser, yard)
    address = yard.near if near else yard.lan
    who = page.evaluate(ASK, [f"{address}/", space, None])["said"]
    assert who["scale_id"] == "Y01-1"
    wait_until(lambda: yard.agent.state()["state"] == "empty" and yard.agent.state()["zero_off_kg"] is not None)
    assert page.evaluate(ASK, [f"{address}/take", space, nonce]) == {"status": 409, "said": {"why_not": "empty"}}
    yard.scale.deck.drive_on(kg)
    assert page.evaluate(LISTEN, [f"{address}/live", space])["kg"] == kg
    taken = page.evaluate(ASK, [f"{address}/take", space, nonce])
    assert taken["status"] == 200
    assert verified_reading(taken["said"]["payload"], taken["said"]["signature"], who["public_key"]).kg == kg
    assert page.evaluate(ASK, [f"{address}/take", space, nonce]) == taken
    yard.scale.deck.drive_off()
    page.context.close()


def test_a_page_of_another_site_gets_nothing(browser: Browser, yard: Yard) -> None:
    page = opened(browser, yard, site=OTHER_SITE)
    for address, space in ((yard.near, "loopback"), (yard.lan, "local")):
        assert "Failed to fetch" in page.evaluate(ASK, [f"{address}/state", space, None])["fault"]
        assert "Failed to fetch" in page.evaluate(ASK, [f"{address}/take", space, OTHER_NONCE])["fault"]
    page.context.close()


def test_a_browser_that_knows_the_permission_does_not_ask_without_it(browser: Browser, yard: Yard) -> None:
    page = opened(browser, yard, allowed=False)
    known = f"navigator.permissions.query({{name: '{PERMISSION}'}}).then(found => found.state, () => 'unknown')"
    if page.evaluate(known) == "unknown":
        pytest.skip("this browser is older than the permission")
    for address, space in ((yard.near, "loopback"), (yard.lan, "local")):
        assert "Failed to fetch" in page.evaluate(ASK, [f"{address}/state", space, None])["fault"]
    page.context.close()
