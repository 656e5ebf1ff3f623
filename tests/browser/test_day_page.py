"""The dispatcher's day in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.app.day_plan import PlannedTown
from tests.browser.conftest import LARGE, SHOWN, SMALL

OpenDay = Callable[..., Page]
SIZES = [pytest.param(SMALL, id="1280x800"), pytest.param(LARGE, id="1920x1080")]


def first_busy_truck(page: Page) -> str:
    row = page.locator("[data-rows=trucks] tr:not(.is-idle)").first
    truck_id = row.get_attribute("data-id")
    assert truck_id
    return truck_id


def test_the_day_opens_in_chinese_with_its_date_and_figures(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    day = town.day
    expect(page.locator("#day-date")).to_have_text(re.compile(rf"^{day.month}\u6708{day.day}\u65e5 \(\u5468.\)$"))
    expect(page.locator("#day-source")).to_have_class(re.compile("source-plan"))
    hauled_t = sum(haul.dry_t for haul in town.plan.hauls)
    expect(page.locator("[data-figure=hauled]")).to_contain_text(f"{hauled_t:,.1f}")


@pytest.mark.parametrize("size", SIZES)
def test_everything_is_in_sight_without_scrolling(open_day: OpenDay, size: dict[str, int]) -> None:
    page = open_day(size=size)
    extent = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert extent == [size["width"], size["height"]]
    for pane in ("#day-slider", "#figures", "#map", "#lists", "#gantt", "#detail"):
        if pane == "#detail":
            page.locator("[data-rows=trucks] tr").first.click()
        box = page.locator(pane).bounding_box()
        assert box is not None
        assert box["width"] > 100
        assert box["height"] > 40
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_no_label_is_cut_off_at_the_small_size(open_day: OpenDay, language: str) -> None:
    page = open_day()
    if language == "en":
        page.click("#language-switch")
        page.wait_for_selector(SHOWN)
    cut_off = page.evaluate(
        """(parts) => [...document.querySelectorAll(parts)]
            .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className || e.getAttribute("role"))""",
        ".figure, [role=tablist], .topbar, .season-strip, .map-key, .panel:not([hidden])",
    )
    assert cut_off == []


def test_the_map_draws_every_field_and_every_place(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day()
    places = len(town.scenario.yards) + len(town.scenario.plants)
    expect(page.locator(".place-mark")).to_have_count(places)
    counts = page.locator("#field-key .key-count").all_inner_texts()
    assert sum(int(text.replace(",", "")) for text in counts) == len(town.scenario.fields)
    painted = page.evaluate(
        """() => { const canvas = document.querySelector(".leaflet-fields-pane canvas");
            return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v > 0); }"""
    )
    assert painted


@pytest.mark.parametrize("size", SIZES)
def test_no_mark_of_a_place_hides_another_or_a_towns_name(open_day: OpenDay, size: dict[str, int]) -> None:
    page = open_day(size=size)
    hidden = page.evaluate(
        """() => {
            const box = (e) => e.getBoundingClientRect();
            const marks = [...document.querySelectorAll(".place-mark")].map(box);
            const middles = marks.map((b) => [b.x + b.width / 2, b.y + b.height / 2]);
            const isNear = ([x, y], [u, v]) => Math.hypot(x - u, y - v) < 34;
            const near = middles.filter((a, i) => middles.some((b, j) => j < i && isNear(a, b)));
            const names = [...document.querySelectorAll(".town-name:not([hidden]) span")].map(box);
            const under = names.filter((n) => marks.some((m) =>
                n.left < m.right - 4 && m.left < n.right - 4 && n.top < m.bottom - 4 && m.top < n.bottom - 4));
            return [near.length, under.length];
        }"""
    )
    assert hidden == [0, 0]


def test_arrow_keys_and_the_buttons_move_through_the_days(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day()
    before, after = town.day - timedelta(days=1), town.day + timedelta(days=1)
    other = after if after <= town.scenario.season_end else before
    key, button = ("ArrowRight", "#previous-day") if other == after else ("ArrowLeft", "#next-day")
    page.keyboard.press(key)
    expect(page.locator("#content")).to_have_attribute("data-shown", other.isoformat())
    assert page.url.endswith(f"/days/{other}")
    expect(page.locator("#day-source")).to_have_class(re.compile("source-programme"))
    expect(page.locator("#gantt-message")).to_be_visible()
    page.click(button)
    expect(page.locator("#content")).to_have_attribute("data-shown", town.day.isoformat())
    expect(page.locator("#gantt-message")).to_be_hidden()
    page.go_back()
    expect(page.locator("#content")).to_have_attribute("data-shown", other.isoformat())


def test_a_click_on_the_season_strip_opens_that_day(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day()
    first = town.scenario.season_start.isoformat()
    page.locator(f".slider-day[data-date='{first}']").click()
    expect(page.locator("#content")).to_have_attribute("data-shown", first)
    expect(page.locator("#day-slider")).to_have_attribute("aria-valuenow", "0")


def test_choosing_a_truck_marks_it_in_list_timetable_and_map(open_day: OpenDay) -> None:
    page = open_day()
    truck_id = first_busy_truck(page)
    page.locator(f"[data-rows=trucks] tr[data-id='{truck_id}']").click()
    expect(page.locator(f"[data-rows=trucks] tr[data-id='{truck_id}']")).to_have_class(re.compile("is-chosen"))
    expect(page.locator(".vis-labelset .is-chosen")).to_contain_text(truck_id)
    expect(page.locator(".route-label")).to_have_text(truck_id)
    expect(page.locator("#detail h2")).to_contain_text(truck_id)
    assert page.locator(".place-mark.is-chosen").count() >= 1
    assert page.url.endswith(f"#truck={truck_id}")
    page.keyboard.press("Escape")
    expect(page.locator(".route-label")).to_have_count(0)
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator(".is-chosen:not(.slider-day)")).to_have_count(0)


def test_choosing_in_the_timetable_marks_the_list_and_the_map(open_day: OpenDay) -> None:
    page = open_day()
    label = page.locator(".vis-labelset .vis-label.row-baler").first
    label.scroll_into_view_if_needed()
    # nobody clicks in the very frame of a scroll, before the rows have followed their labels
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    label.click()
    expect(page.locator("#tab-balers")).to_have_attribute("aria-selected", "true")
    chosen = page.locator("[data-rows=balers] tr.is-chosen")
    expect(chosen).to_have_count(1)
    expect(page.locator(".route-label")).to_have_text(chosen.get_attribute("data-id") or "")


def test_choosing_a_yard_on_the_map_shows_its_stock_and_who_comes(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day()
    yard = town.scenario.yards[0]
    page.locator(f".place-mark[data-place='{yard.yard_id}']").click(force=True)
    expect(page.locator("#tab-yards")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#detail h2")).to_contain_text(yard.name)
    visits = sum(stop.place_id == yard.yard_id and bool(stop.haul_id) for stop in town.plan.truck_stops)
    if visits:
        expect(page.locator("#detail tbody tr")).to_have_count(visits)
        assert page.locator(".vis-labelset .is-related").count() > 0


def test_the_selection_stays_when_the_day_and_the_language_change(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day()
    truck_id = first_busy_truck(page)
    page.locator(f"[data-rows=trucks] tr[data-id='{truck_id}']").click()
    page.click("#language-switch")
    page.wait_for_selector(SHOWN)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#tab-trucks")).to_contain_text("Trucks")
    expect(page.locator("#detail h2")).to_contain_text(f"Truck {truck_id}")
    assert not re.search("[\u3400-\u9fff]", page.locator(".figures").inner_text())
    page.click("#language-switch")
    page.wait_for_selector(SHOWN)
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))


def test_the_unserved_table_says_what_stays_and_why(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day(f"/days/{town.scenario.season_end}")
    page.click("#unserved-figure")
    expect(page.locator("#panel-unserved")).to_be_visible()
    answer = page.request.get(f"/data/days/{town.scenario.season_end}.json").json()
    if answer["unserved"]:
        expect(page.locator("[data-rows=unserved] tr")).to_have_count(len(answer["unserved"]))
    else:
        expect(page.locator("[data-empty=unserved]")).to_be_visible()


def test_unserved_straw_has_its_field_tonnes_and_reason_in_chinese(open_day: OpenDay, town: PlannedTown) -> None:
    farm_field = town.scenario.fields[0]

    def with_unserved(page: Page) -> None:
        def fulfil(route, request) -> None:  # type: ignore[no-untyped-def]
            answer = route.fetch().json()
            answer["unserved"] = [
                {
                    "field_id": farm_field.field_id,
                    "dry_t": 12.34,
                    "reason": "not baled before the field's deadline",
                    "would_be_served_if": "a reason that no catalogue knows",
                }
            ]
            route.fulfill(json=answer)

        page.route(f"**/data/days/{town.day}.json", fulfil)

    page = open_day()
    with_unserved(page)
    page.reload()
    page.wait_for_selector(SHOWN)
    page.click("#tab-unserved")
    row = page.locator("[data-rows=unserved] tr")
    expect(row).to_contain_text(farm_field.field_id)
    expect(row).to_contain_text("12.3")
    assert re.search("[\u3400-\u9fff]{4}", row.locator("td").nth(3).inner_text())
    expect(row).to_contain_text("a reason that no catalogue knows")
    row.click()
    expect(page.locator("#detail h2")).to_contain_text(farm_field.field_id)


def test_the_list_is_sorted_filtered_and_walked_with_keys(open_day: OpenDay) -> None:
    page = open_day()
    page.locator("#panel-trucks [data-sort=dry_t]").click()
    page.locator("#panel-trucks [data-sort=dry_t]").click()
    cells = page.locator("[data-rows=trucks] tr:not(.is-idle) td:nth-child(5)").all_inner_texts()
    tonnes = [float(text.replace(",", "")) for text in cells]
    assert tonnes == sorted(tonnes, reverse=True)
    page.keyboard.press("f")
    page.keyboard.type("no such truck")
    expect(page.locator("[data-empty=trucks]")).to_be_visible()
    page.locator("#list-filter").fill("")
    page.locator("[data-rows=trucks] tr").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-rows=trucks] tr").nth(1)).to_have_class(re.compile("is-chosen"))


def test_panes_are_resized_by_mouse_and_by_keys_and_keep_their_size(open_day: OpenDay) -> None:
    page = open_day()
    before = page.locator("#lists").bounding_box()
    border = page.locator("#list-splitter").bounding_box()
    assert before
    assert border
    page.mouse.move(border["x"] + 3, border["y"] + 100)
    page.mouse.down()
    page.mouse.move(border["x"] - 77, border["y"] + 100)
    page.mouse.up()
    wider = page.locator("#lists").bounding_box()
    assert wider
    assert wider["width"] == pytest.approx(before["width"] + 80, abs=2)
    page.locator("#gantt-splitter").focus()
    low = page.locator("#gantt-pane").bounding_box()
    page.keyboard.press("ArrowUp")
    high = page.locator("#gantt-pane").bounding_box()
    assert low
    assert high
    assert high["height"] == pytest.approx(low["height"] + 24, abs=1)
    page.reload()
    page.wait_for_selector(SHOWN)
    kept = page.locator("#lists").bounding_box()
    assert kept
    assert kept["width"] == pytest.approx(wider["width"], abs=1)


def test_a_day_that_cannot_be_read_says_so_and_is_read_again_on_request(open_day: OpenDay, town: PlannedTown) -> None:
    page = open_day(expected_faults=("503",))
    first = town.scenario.season_start.isoformat()
    page.route(f"**/data/days/{first}.json", lambda route: route.fulfill(status=503, body="busy"))
    page.locator(f".slider-day[data-date='{first}']").click()
    message = page.locator("#desk-message [role=alert]")
    expect(message).to_contain_text("503")
    expect(page.locator("[data-figure=hauled]")).to_have_text("–")
    expect(page.locator("[data-rows=trucks] tr")).to_have_count(0)
    page.unroute(f"**/data/days/{first}.json")
    message.locator("button").click()
    expect(page.locator("#content")).to_have_attribute("data-shown", first)
    expect(message).to_be_hidden()


def test_the_map_works_without_its_roads_and_offers_to_read_them_again(open_day: OpenDay) -> None:
    page = open_day(expected_faults=("500",))
    page.route("**/data/roads.json", lambda route: route.fulfill(status=500, body=""))
    page.reload()
    page.wait_for_selector(SHOWN)
    expect(page.locator("#roads-notice")).to_be_visible()
    page.unroute("**/data/roads.json")
    page.locator("#roads-notice button").click()
    expect(page.locator("#roads-notice")).to_have_count(0)


def test_the_page_is_painted_within_two_seconds(open_day: OpenDay) -> None:
    page = open_day()
    paint_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint_ms < 2000
