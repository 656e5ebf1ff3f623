"""Every page that somebody of a role may open, looked at on a desk of either size and on a tablet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from app.accounts.permissions import Door
from app.accounts.roles import permissions_of
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import LARGE, SHOWN, SMALL, TABLET
from tests.browser.design_pages import DesignServer


def faults_of_pages(
    open_as: Callable[..., Page],
    design: DesignServer,
    role: str,
    language: str,
    axe_sizes: tuple[dict[str, int], ...],
) -> list[str]:
    """What is seriously wrong at one of `axe_sizes`, and what scrolls sideways at any size, with its address.

    Each page is loaded once, for that is what takes long: as a tablet does where it is looked at in a tablet's size,
    else as a desk does.
    """
    faults: list[str] = []
    touch: dict[str, Any] = {"has_touch": True, "is_mobile": True} if TABLET in axe_sizes else {}
    page = open_as(role, "/", axe_sizes[0], language=language, expected_faults=("404",), **touch)
    for address in (*pages_of(design, role), "/registry/fields", "/search?q=F0", "/no-such-page"):
        answer = page.goto(address)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert page.evaluate("document.documentElement.lang").startswith(language), address
        if page.locator("#content[data-day]").count():
            page.wait_for_selector(SHOWN)
        for size in (SMALL, LARGE, TABLET):
            page.set_viewport_size(size)
            where = f"{address} at {size['width']}"
            if size in axe_sizes:
                faults += [f"{where}: {fault}" for fault in axe_faults(page)]
            # The day's desk is made for wide screens; all else is for any.
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"] and not page.locator("body.desk-page").count():
                faults.append(f"{where}: scrolls sideways, {wide} wide")
    return faults


def pages_of(design: DesignServer, role: str) -> list[str]:
    """Addresses that somebody with this role may open."""
    open_to = {*permissions_of([role]), Door.MEMBERS, Door.ANYONE}
    return [address for address, access in design.pages if access in open_to]
