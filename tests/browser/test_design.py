"""All pages in one design, in a real browser: no serious fault for those who see little or use the keyboard,
tables that sort as Chinese readers expect, and a form that survives the end of its session.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.file_exchange.coordinates import CoordinateSystem, from_wgs84
from tests.app.day_plan import PlannedTown
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import SMALL, TABLET, log_in
from tests.browser.design_pages import DesignServer
from tests.browser.page_walk import faults_of_pages

Contexts = Callable[..., BrowserContext]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "language", "axe_sizes"),
    [
        ("administrator", "en", (SMALL,)),
        ("plant", "zh", (TABLET,)),
    ],
)
def test_no_page_has_a_serious_fault_for_those_who_see_little(
    open_as: Callable[..., Page],
    design: DesignServer,
    role: str,
    language: str,
    axe_sizes: tuple[dict[str, int], ...],
) -> None:
    """Also none scrolls sideways, on a desk of either size or on a tablet.

    The administrator opens every page, in both languages; a role adds its own first page and what it lacks.
    """
    faults = faults_of_pages(open_as, design, role, language, axe_sizes)
    assert not faults, "\n".join(faults)


def test_the_login_page_and_its_refusal_have_no_serious_fault(guarded_context: Contexts, design: DesignServer) -> None:
    page = guarded_context(base_url=design.base_url, viewport=TABLET).new_page()
    page.goto("/login")
    assert axe_faults(page) == []
    page.fill("#email", "nobody@tests.example")
    page.fill("#password", "wrong, and long enough")
    page.click("main button[type=submit]")
    page.wait_for_selector("[role=alert], .field-error")
    assert axe_faults(page) == []


def test_names_sort_by_pinyin_and_figures_by_size(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    rows = page.locator("#sample-table tbody tr")
    # Zhouwangmiao, Changan, Xiashi (a rare character), Yanguan
    page.evaluate(
        """names => document.querySelector("#sample-table tbody").replaceChildren(...names.map(([name, t]) => {
            const row = document.createElement("tr");
            for (const text of [name, name, t]) row.insertCell().textContent = text;
            row.cells[2].dataset.value = t;
            return row;
        }))""",
        [["\u5468\u738b\u5e99", "9"], ["\u957f\u5b89", "1204.2"], ["\u7856\u77f3", ""], ["\u76d0\u5b98", "18.4"]],
    )
    heading = page.locator("#sample-table thead button")
    heading.nth(1).focus()
    page.keyboard.press("Enter")
    assert [row.split()[0] for row in rows.all_inner_texts()] == [
        "\u957f\u5b89", "\u7856\u77f3", "\u76d0\u5b98", "\u5468\u738b\u5e99",
    ]  # fmt: skip
    expect(page.locator("#sample-table thead th").nth(1)).to_have_attribute("aria-sort", "ascending")
    for figures in (["9", "18.4", "1204.2", ""], ["1204.2", "18.4", "9", ""]):
        heading.nth(2).click()
        assert page.locator("#sample-table td:nth-child(3)").all_inner_texts() == figures


def test_a_table_shows_the_rows_that_hold_the_words(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    page.locator("#sample-table-filter").fill("f-00 li")
    expect(page.locator("#sample-table tbody tr:visible")).to_have_count(1)
    assert re.search(r"\b1\b.*\b3\b", page.locator("[data-table-count]").inner_text())
    page.locator("#sample-table-filter").fill("nothing like it")
    expect(page.locator("[data-table-none]")).to_be_visible()


def test_a_dialog_opens_and_closes_by_keyboard_and_gives_the_focus_back(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    opener = page.locator("[data-opens]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_what_is_dangerous_asks_first_and_does_nothing_until_it_is_confirmed(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    button = page.locator("#sample-dangerous")
    for way_out in ("Escape", "Enter"):  # Enter presses what has the focus: "Cancel"
        button.press("Enter")
        expect(page.get_by_role("alertdialog")).to_be_visible()
        assert axe_faults(page) == []
        page.keyboard.press(way_out)
        expect(page.get_by_role("alertdialog")).to_be_hidden()
        expect(button).to_be_focused()
        assert "closed" not in page.url
    button.press("Enter")
    page.locator("[data-confirmed]").press("Enter")
    page.wait_for_url("**/styleguide?closed=1")


def test_the_search_answers_as_one_types_and_is_walked_with_keys(
    open_as: Callable[..., Page], town: PlannedTown
) -> None:
    page = open_as("dispatcher", "/styleguide")
    page.keyboard.press("/")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type(town.scenario.yards[0].yard_id)
    expect(page.locator("#site-search-found")).to_be_visible()
    assert axe_faults(page) == []
    page.keyboard.press("ArrowDown")
    expect(page.locator("#site-search-found a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#site-search-found")).to_be_hidden()
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.locator(f"main a[href$='/yards/{town.scenario.yards[0].yard_id}']").click()
    page.wait_for_url("**/registry/yards/*")


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [(200, "text/html", "<h1>Somebody else's page</h1>"), (502, "text/html", "<h1>Bad gateway</h1>"), (0, "", "")],
)
def test_an_answer_that_was_not_asked_for_is_never_put_into_the_page(
    open_as: Callable[..., Page], status: int, kind: str, body: str
) -> None:
    """The login page of a lost session, the page of a proxy, no answer at all: each is said in words."""
    page = open_as("dispatcher", "/styleguide", expected_faults=("502", "Error", "ERR_FAILED", "htmx"))
    if status == 200:
        page.route("**/data/search?*", lambda route: route.fulfill(status=302, headers={"Location": "/login"}))
        page.context.clear_cookies()
    elif status:
        page.route("**/data/search?*", lambda route: route.fulfill(status=status, content_type=kind, body=body))
    else:
        page.route("**/data/search?*", lambda route: route.abort())
    page.fill("#site-search", "anything")
    expect(page.locator("#site-search-found [role=alert]")).to_be_visible()
    assert page.locator("#site-search-found :is(h1, form)").count() == 0
    expect(page.locator("#site-search")).to_have_value("anything")


def test_a_chart_is_drawn_and_its_figures_stand_in_a_table(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide", language="en")
    expect(page.locator("#line-chart canvas")).to_be_visible()
    drawn = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    for chart in ("line-chart", "bar-chart", "stacked-chart"):
        assert page.locator(f"#{chart} canvas").evaluate(drawn), chart
    table = page.locator("#line-chart details")
    expect(table.locator("table")).to_be_hidden()
    table.locator("summary").press("Enter")
    assert table.locator("tbody tr").nth(1).inner_text().split("\t")[1:] == ["1,240.5", "1,251.0", "1,500.0"]
    assert table.locator("tbody tr").nth(3).inner_text().split("\t")[2] == "–"
    expect(page.locator("#empty-chart .chart-empty")).to_be_visible()


def test_without_scripts_a_chart_is_its_table(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide", java_script_enabled=False)
    expect(page.locator("#line-chart table")).to_be_visible()
    expect(page.locator("#line-chart .chart-drawing")).to_be_hidden()


def test_a_map_shows_its_things_over_roads_and_towns(open_as: Callable[..., Page]) -> None:
    page = open_as("plant", "/styleguide")
    shown = page.locator("#sample-map[data-base=whole]")
    expect(shown).to_have_attribute("data-drawn", "5")
    expect(shown.locator(".town-name").first).to_be_attached()
    expect(page.locator(".map-legend canvas")).to_have_count(5)


def test_tiles_of_chinese_services_are_moved_as_the_files_are(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    for lon, lat in ((120.6, 30.5), (116.4, 39.9), (87.6, 43.8)):
        moved = page.evaluate(
            "([lat, lon]) => import('/static/js/map_tiles.js').then(tiles => tiles.gcj02(lat, lon))", [lat, lon]
        )
        there = from_wgs84(lon, lat, CoordinateSystem.GCJ02)
        assert moved == pytest.approx([float(there[1]), float(there[0])], abs=1e-9)


def test_a_field_is_bound_to_its_label_its_hint_and_its_fault(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    field = page.locator("#sample-area")
    expect(field).to_have_accessible_name(page.locator("label[for=sample-area]").inner_text())
    fault, hint = page.locator("#sample-area-error"), page.locator("#sample-area-hint")
    expect(field).to_have_accessible_description(f"{fault.inner_text()} {hint.inner_text()}")
    expect(page.locator(".fault-list")).to_be_focused()
    page.locator(".fault-list a").press("Enter")
    expect(field).to_be_focused()


def test_the_keyboard_reaches_the_content_first_and_menus_close(open_as: Callable[..., Page]) -> None:
    page = open_as("administrator", "/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    menu = page.locator("details.menu")
    menu.locator("summary").press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_paper_shows_the_table_and_leaves_out_what_one_presses(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/styleguide")
    page.emulate_media(media="print")
    for selector in (".topbar", ".page-actions", ".table-tools", ".breadcrumb-line", ".pager", "td.actions >> nth=0"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.locator("#sample-table")).to_be_visible()
    page.set_viewport_size({"width": 718, "height": 1000})  # what A4 leaves between its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("lost", ["login", "token"])
def test_a_form_survives_the_end_of_its_session(open_as: Callable[..., Page], lost: str) -> None:
    """The login is over (no cookies), or the page's token is out of date (another one was given out)."""
    page = open_as("dispatcher", "/note?of=7", expected_faults=("401", "400"))
    typed = 'first line\nsecond "line" \u79f8 <b>&amp;'
    page.fill("#note", typed)
    page.fill("#password", "not for any page")
    if lost == "login":
        page.context.clear_cookies()
    else:
        page.evaluate("document.querySelector('main input[name=csrf_token]').value = 'out of date'")
    page.click("#send")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("#stored").count() == 0
    assert "not for any page" not in page.content()
    assert axe_faults(page) == []
    if lost == "login":
        with page.expect_popup() as popup:
            page.locator("main ol a").click()
        log_in(popup.value, "dispatcher@tests.example")
        popup.value.close()
    page.fill("main input[type=password]", "typed again")
    page.click("main button[type=submit]")
    stored = json.loads(page.locator("#stored").inner_text())
    assert [text and text.replace("\r\n", "\n") for text in stored] == [typed, "typed again", "7"]


def test_a_second_click_sends_nothing_again(open_as: Callable[..., Page]) -> None:
    page = open_as("dispatcher", "/note")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.locator("#send").dblclick()
    page.wait_for_selector("#stored")
    assert sent == ["POST"]
