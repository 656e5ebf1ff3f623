"""What the gate's screens say that nobody asked for: a yard that is nearly full, a truck that was forgotten, a wish to
void a ticket that the second person declines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.gate_server import in_gate
from tests.browser.gate_tablet import EXPECTED, OUTWARD, PIN, PLANT, SECOND, UPRIGHT, WITH_TARE, Tablet

TICKET = "0193a000-0000-7000-8000-0000000000aa"
STOCK = {"kg": 88_000, "bales": 700, "bale_kg": 110, "capacity_kg": 100_000}


def told(plate: str, hours_ago: float, **changed: Any) -> dict[str, Any]:
    """A ticket of this place as the server tells it: weighed in, and not out."""
    opened_at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat(timespec="milliseconds")
    return {
        "id": TICKET, "number": "Y1-20261112-0001", "purpose": "intake", "plate": plate, "truck_id": None,
        "opened_at": opened_at.replace("+00:00", "Z"), "state": "open", "void_requested": False,
        "void_declined": None, "first_kg": 14_620, "first_source": "scale", "sample": None, "net_kg": None,
        "dry_kg": None, "moisture_permille": None, "bales": None, "bales_declared": 48, "bale_kind": "round_1m",
        "material_id": "rice", "outcome": None, "origin": {"town_id": "W1", "field_ids": [], "body_id": "B1"},
        "destination_id": None, "haul_id": None, "estimated": False, "uncertainty_kg": None, "typed": False,
        "is_trade": None, "remarks": [],
    } | changed  # fmt: skip


def closed(plate: str, **changed: Any) -> dict[str, Any]:
    weighed = {"net_kg": 5_640, "dry_kg": 5_640, "moisture_permille": 170, "bales": 48, "uncertainty_kg": 40}
    return told(plate, 1, state="closed", outcome="stored", is_trade=True, **weighed) | changed


def test_a_truck_in_no_register_has_its_stored_tare_and_the_least_limit(tablet: Callable[..., Tablet]) -> None:
    def of(tare: dict[str, Any], first_kg: int) -> Any:
        return in_gate(
            at.page,
            "flow",
            """const notebook = { trucks: [], tares: { 浙F11111: a.tare }, rules: { unknown_gross_kg: 18000 } };
            const ticket = { purpose: "intake", plate: "浙F11111", first: { kg: a.first_kg } };
            const [hint] = m.weighingHints(ticket, a.first_kg, notebook, [], null);
            return [m.storedTare(ticket, notebook), hint?.[0] ?? null, hint?.[1].over ?? null];""",
            {"tare": tare, "first_kg": first_kg},
        )

    at = tablet()
    tare = {"id": TICKET, "kg": 8_960, "valid_until": "2999-01-01", "drifted": False, "trade": True}
    assert of(tare, 17_000) == [{"tare": tare, "why": None}, None, None]
    assert of(tare, 18_500)[1:] == ["hint-overload-perhaps", 500]
    assert of(tare | {"trade": False}, 17_000)[0] == {"tare": None, "why": "tare-lapsed"}
    assert of(tare | {"drifted": True}, 17_000)[0] == {"tare": None, "why": "tare-drifted"}


def test_a_yard_that_is_nearly_full_is_said_with_what_was_not_sent_yet(tablet: Callable[..., Tablet]) -> None:
    at = tablet(stock=STOCK)
    page = at.page
    hints = page.locator("#gate [data-slot=body] .hint")
    expect(at.truck(WITH_TARE)).to_be_visible()
    expect(hints).to_have_count(0)
    at.context.route("**/data/tablet/records", lambda route: route.abort())
    at.truck(WITH_TARE).click()
    at.take(10_080)
    at.type_number("205")
    at.do("go-on").click()
    at.do("tare").click()
    at.sign_and_finish()
    at.do("home").click()
    expect(hints).to_contain_text("91 %")
    expect(hints).to_contain_text("8.8")
    at.look("nearly full")
    at.truck(SECOND).click()
    expect(page.locator("[data-slot=hints]")).to_contain_text("91 %")
    at.do("back").click()
    page.locator("[data-tab=out]").click()
    at.truck(OUTWARD).click()
    expect(page.locator("[data-slot=hints]")).not_to_contain_text("%")


def test_a_full_yard_is_said_and_stops_nothing(tablet: Callable[..., Tablet]) -> None:
    at = tablet(UPRIGHT, stock=STOCK | {"bales": 920})
    page = at.page
    expect(page.locator("#gate [data-slot=body] .hint")).to_contain_text("101 %")
    at.look("full")
    page.locator("[data-tab=yard]").click()
    expect(page.locator("[data-slot=fill]")).to_contain_text("101.200")
    at.look("full yard")
    page.locator("[data-tab=in]").click()
    at.truck(EXPECTED).click()
    at.weigh_in(14_620)
    assert len(at.sent("opening")) == 1


def test_a_truck_that_was_weighed_in_and_never_out_stands_apart(tablet: Callable[..., Tablet]) -> None:
    fresh = told("浙F11111", 2) | {"id": TICKET.replace("aa", "bb"), "number": "Y1-20261112-0002"}
    at = tablet(tickets=[told("浙F99999", 30), fresh])
    page = at.page
    expect(page.locator("[data-slot=forgotten-part] .truck")).to_have_count(1)
    expect(page.locator("[data-slot=forgotten-part]")).to_contain_text("浙F·99999")
    expect(page.locator("[data-slot=open-part] .truck")).to_have_count(1)
    at.look("forgotten")
    page.locator(".search input").fill("9999")
    expect(page.locator("[data-slot=forgotten-part]")).to_be_hidden()
    expect(page.locator(".truck")).to_have_count(1)


def test_a_stored_tare_that_has_drifted_is_said_and_not_offered(tablet: Callable[..., Tablet]) -> None:
    tare = {
        "id": TICKET, "kg": 6_840, "weighed_at": "2026-11-12T01:00:00.000Z", "valid_until": "2099-01-01",
        "typed": False, "drifted": True,
    }  # fmt: skip
    truck = {"truck_id": "T3", "plate": WITH_TARE, "truck_class": "t68", "legal_gross_kg": 18_000, "payload_kg": 9_000}
    at = tablet(UPRIGHT, trucks=[truck | {"tare": tare}])
    at.truck(WITH_TARE).click()
    at.weigh_in(10_080)
    at.type_number("165")
    at.do("go-on").click()
    at.truck(WITH_TARE).click()
    expect(at.page.locator("[data-slot=hints]")).to_contain_text("漂移")
    expect(at.do("tare")).to_be_hidden()
    at.look("tare drifted")
    at.take(6_900)
    at.sign_and_finish()
    (closing,) = at.sent("closing")
    assert (closing["stored_tare_id"], closing["weighing"]["kg"]) == (None, 6_900)


FULL = """(names) => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
        if (names.includes(this.name)) throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, given);
    }; }"""


def test_a_full_tablet_says_so_of_a_photo_a_reading_and_a_stack(tablet: Callable[..., Tablet]) -> None:
    at = tablet(UPRIGHT)
    page = at.page
    fault = page.locator("#gate .fault")
    at.truck(EXPECTED).click()
    png = page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})
    page.locator("[data-slot=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png})
    expect(page.locator("[data-slot=shot]")).to_be_visible()
    page.evaluate(FULL, ["pictures"])
    at.weigh_in(14_620)
    expect(fault).to_contain_text("存储")
    at.look("photo lost")
    (opening,) = at.sent("opening")
    assert opening["weighing"]["photos"] == []
    at.do("dismiss").click()
    at.type_number("165")
    expect(fault).to_have_count(0)
    at.do("stack").click()
    expect(page.locator(".stack-button")).to_have_count(6)
    page.evaluate(FULL, ["drafts"])
    page.locator(".stack-button", has_text="A3").click()
    expect(fault).to_contain_text("存储")
    at.do("back").click()
    expect(page.locator("[data-slot=which]")).to_be_visible()
    at.type_number("175")
    expect(fault).to_contain_text("存储")


def test_the_second_person_declines_with_a_reason_and_their_pin(tablet: Callable[..., Tablet]) -> None:
    at = tablet(tickets=[closed(EXPECTED, void_requested=True)])
    page = at.page
    asked: list[Any] = []

    def decline(route: Route) -> None:
        asked.append(route.request.post_data_json)
        now = datetime.now(UTC) + timedelta(minutes=1)
        receipt = {"received_at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        route.fulfill(json={"state": "right", "receipt": receipt})

    at.context.route("**/data/tablet/voids/decline", decline)
    page.locator("[data-tab=day]").click()
    at.truck(EXPECTED).click()
    expect(at.do("void")).to_be_hidden()
    at.do("decline").click()
    at.look("why declined")
    page.get_by_role("button", name="磅单无误").click()
    page.locator("dialog").get_by_role("button", name="Wang (demo)").click()
    at.look("who declines")
    at.type_number(PIN, within="dialog")
    expect(at.do("void")).to_be_visible()
    expect(page.locator("[data-slot=asked]")).to_be_hidden()
    (said,) = asked
    assert (said["ticket_id"], said["pin"], said["declined_because"]) == (TICKET, PIN, "磅单无误")


def test_a_wish_that_was_declined_elsewhere_is_over_and_may_be_had_anew(tablet: Callable[..., Tablet]) -> None:
    declined = {"request_id": TICKET.replace("aa", "cc"), "name": "Wang (demo)", "reason": "demo reason"}
    at = tablet(tickets=[closed(EXPECTED, void_declined=declined)])
    page = at.page
    page.locator("[data-tab=day]").click()
    at.truck(EXPECTED).click()
    expect(page.locator("[data-slot=declined]")).to_contain_text("demo reason")
    at.look("declined")
    at.do("void").click()
    page.get_by_role("button", name="重量错误").click()
    expect(page.locator("[data-slot=asked]")).to_be_visible()
    expect(page.locator("[data-slot=declined]")).to_be_hidden()
    assert len(at.sent("void_request")) == 1


def test_a_plants_tablet_names_the_yard_that_a_load_comes_from(tablet: Callable[..., Tablet]) -> None:
    coming = told(EXPECTED, 1, purpose="linehaul_in", origin={"town_id": None, "field_ids": [], "yard_id": "Y9"})
    at = tablet(
        place=PLANT, stacks=[], expected=[], stock=None, tickets=[coming], yards=[{"id": "Y9", "name": "示例中转场"}]
    )
    expect(at.truck(EXPECTED)).to_contain_text("示例中转场")
    at.look("from a yard")
