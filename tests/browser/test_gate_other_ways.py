"""Ways at the gate that are not straight: no scale, a lost answer, a void ticket, a phone at the field, a plant."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.gate_server import in_gate
from tests.browser.gate_tablet import (
    ACROSS,
    BODY,
    EXPECTED,
    FIELD_TICKET,
    OUTWARD,
    PHONE,
    PLANT,
    SECOND,
    UPRIGHT,
    WITH_TARE,
    Tablet,
)


def test_without_a_scale_bales_are_counted_and_the_weight_is_marked_as_estimated(
    tablet: Callable[..., Tablet],
) -> None:
    at = tablet(UPRIGHT)
    page = at.page
    page.locator("[data-tab=yard]").click()
    at.look("yard")
    at.do("other-count").click()
    for sign in "999":
        page.get_by_role("button", name=sign, exact=True).click()
    at.look("plate")
    for sign in "K8":
        page.get_by_role("button", name=sign, exact=True).click()
    expect(page.locator(".plate-typed")).to_have_text("浙F·999K8")
    at.do("go-on").click()
    page.get_by_role("button", name="丁桥镇").click()
    page.get_by_role("button", name="示例合作社").click()
    at.type_number("18")
    at.look("who brings what")
    at.do("go-on").click()
    at.type_number("145")
    at.do("go-on").click()
    expect(page.locator(".net")).to_contain_text("估算")
    expect(page.locator(".net .figure")).to_have_text("1,836")
    page.locator("[data-step=count]").click()
    for mass in ("104", "98"):
        at.type_number(mass, within="[data-slot=masses]")
        page.locator("[data-slot=masses] [data-key=enter]").click()
    at.look("count")
    at.do("go-on").click()
    expect(page.locator(".net .figure")).to_have_text("1,818")
    at.look("estimated")
    at.sign_and_finish()
    expect(page.locator("[data-slot=marks]")).to_contain_text("估算")
    (opening,) = at.sent("opening")
    (closing,) = at.sent("closing")
    assert opening["vehicle"]["plate"] == "浙F999K8"
    assert (opening["weighing"], opening["origin"]["town_id"], opening["origin"]["body_id"]) == (None, "W1", "B1")
    assert (closing["estimate"], closing["weighing"], closing["bales"]) == ({"bale_masses_kg": [104, 98]}, None, 18)


def test_what_the_scale_will_not_give_is_typed_with_a_reason_and_marked(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    at.gate.scale.set("no-link", None, "no-link")
    at.truck(EXPECTED).click()
    expect(page.locator(".live")).to_have_attribute("data-state", "no-link")
    expect(page.locator(".live-kg .figure")).to_have_text("– – –")
    at.look("no link")
    at.do("type").click()
    enter = page.locator("dialog [data-do=enter]")
    at.type_number("14630", within="dialog")
    page.get_by_role("button", name="停电").click()
    expect(page.locator("dialog .fault")).to_contain_text("20")
    expect(enter).to_be_disabled()
    page.locator("dialog [data-key=back]").click()
    page.locator("dialog [data-key=back]").click()
    at.type_number("20", within="dialog")
    at.look("typed")
    enter.click()
    expect(page.locator(".steps [data-step=weigh]")).to_have_attribute("data-done", "true")
    (opening,) = at.sent("opening")
    assert opening["weighing"] | {"photos": []} == {
        "source": "typed",
        "kg": 14_620,
        "scale_id": "Y-1",
        "reason": "停电",
        "photos": [],
    }


def test_a_weight_whose_answer_was_lost_comes_back_with_its_own_kilograms(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page, scale = at.page, at.gate.scale
    lost_take(at, EXPECTED, 14_620)
    scale.loses_answers = False
    scale.set("steady", 9_000, "already-taken")
    at.truck(EXPECTED).click()
    expect(page.locator(".live-kg .figure")).to_have_text("14,620")
    expect(at.do("anew")).to_be_visible()
    at.look("taken before")
    at.do("take").click()
    expect(page.locator("[data-slot=which]")).to_be_visible()
    at.do("back").click()

    scale.set("empty", 0, "empty")
    lost_take(at, SECOND, 11_240)
    scale.loses_answers = False
    at.truck(WITH_TARE).click()
    at.weigh_in(10_080)
    at.do("back").click()
    scale.set("moving", 12_000, "moving")
    at.truck(SECOND).click()
    expect(page.locator(".live-kg .figure")).to_have_text("12,000")
    expect(at.do("take")).to_be_disabled()
    assert [opening["weighing"]["kg"] for opening in at.sent("opening")] == [14_620, 10_080]


def lost_take(at: Tablet, plate: str, kg: int) -> None:
    """Take a weight of which nobody hears, and leave the screen."""
    at.gate.scale.loses_answers = True
    at.truck(plate).click()
    at.take(kg)
    expect(at.page.locator(".fault")).to_be_visible()
    at.do("back").click()


def test_a_ticket_is_asked_to_be_void_and_what_the_yard_does_beside_is_recorded(
    tablet: Callable[..., Tablet],
) -> None:
    at = tablet()
    page = at.page
    at.truck(WITH_TARE).click()
    at.take(10_080)
    at.type_number("205")
    at.do("go-on").click()
    at.do("tare").click()
    at.sign_and_finish()
    at.do("void").click()
    page.get_by_role("button", name="重量错误").click()
    at.do("agree").click()
    at.look("second person")
    page.locator("dialog [data-do=cancel]").click()
    at.do("home").click()
    page.locator("[data-tab=day]").click()
    expect(page.locator(".sums")).to_contain_text("3.240")
    at.look("day")

    page.locator("[data-tab=yard]").click()
    page.get_by_role("button", name="移垛").click()
    for stack in ("A1", "A3"):
        page.locator(".stack-button", has_text=stack).click()
    at.type_number("12")
    at.look("move")
    at.do("enter").click()
    page.get_by_role("button", name="温度偏高").click()
    page.get_by_role("button", name="日结").click()
    for bales in ("150", "215", "0", "60", "96", "12"):
        at.type_number(bales)
        page.locator("#gate [data-key=enter]").click()
    at.look("close the day")
    at.do("enter").click()
    page.get_by_role("button", name="此前数错").click()
    page.get_by_role("button", name="覆盖、揭开").click()
    page.locator(".stack-button", has_text="B1").click()
    at.look("cover")
    at.do("uncover").click()
    expect(page.locator("[data-slot=kept]")).to_be_visible()
    at.do("back").click()
    page.get_by_role("button", name="值班").click()
    at.look("watch")
    page.get_by_role("button", name="我已巡查一圈").click()
    expect(page.locator("[data-slot=kept]")).to_be_visible()
    at.do("back").click()
    page.get_by_role("button", name="称预置皮重").click()
    page.get_by_role("button", name="6", exact=True).click()
    page.locator(".known-truck", has_text="67890").click()
    at.take(6_780)
    expect(page.locator(".note")).to_contain_text("6780")
    page.locator("[data-slot=unsent-tab]").click()
    at.look("unsent")
    (move,) = at.sent("stack_move")
    assert (move["from_stack_id"], move["to_stack_id"], move["bales"]) == ("S1", "S3", 12)
    (close,) = at.sent("day_close")
    assert {each["stack_id"]: each["bales"] for each in close["counts"]} == {
        "S1": 150, "S2": 215, "S3": 0, "S4": 60, "S5": 96, "S6": 12
    }  # fmt: skip
    assert close["explanation"] == "此前数错"
    assert [len(at.sent(kind)) for kind in ("void_request", "stack_care", "watch", "tare")] == [1, 1, 1, 1]


def test_what_is_set_aside_is_asked_about_and_stays_for_good(tablet: Callable[..., Tablet]) -> None:
    at = tablet()
    page = at.page
    at.context.route("**/data/tablet/records", lambda route: route.abort())
    record = in_gate(page, "store", "return m.newRecord('watch', { event: 'round' });")
    refused = [{"id": record["id"], "status": 409, "error": {"code": "told", "what": "demo", "details": []}}]
    in_gate(page, "outcomes", "return m.noteResults(a);", refused)
    page.locator("[data-slot=unsent-tab]").click()
    at.do("aside").click()
    at.look("set aside")
    page.locator("dialog[open] [data-do=cancel]").click()
    at.do("aside").click()
    page.locator("dialog[open] [data-do=choose]").click()
    expect(page.locator("[data-slot=aside] li")).to_have_count(1)
    expect(at.do("export")).to_be_visible()
    page.evaluate("() => { const now = Date.now(); Date.now = () => now + 400 * 86_400_000; }")
    in_gate(page, "outcomes", "return m.removeOld();")
    assert record["id"] in in_gate(page, "export", "return m.unsentText();")


def test_a_phone_at_the_field_counts_bales_and_shows_the_code_for_the_plant(tablet: Callable[..., Tablet]) -> None:
    at = tablet(PHONE, place=BODY, scales=[], stacks=[], people=[])
    page = at.page
    expect(page.locator(".choice[aria-pressed=true]").first).to_contain_text("示例生物质电厂")
    at.look("field")
    page.locator(".choice", has_text="12345").click()
    page.locator(".choice", has_text="F0").click()
    at.type_number("46")
    page.locator("input[type=file]").set_input_files(
        {"name": "load.png", "mimeType": "image/png", "buffer": page.screenshot()}
    )
    expect(page.locator(".camera img")).to_be_visible()
    at.look("field filled in")
    page.reload()
    expect(page.locator(".camera img")).to_be_visible()
    expect(page.locator(".keys-shown")).to_have_text("46")
    at.do("finish").click()
    expect(page.locator(".paper svg.qr")).to_be_visible()
    at.look("field code")
    (count,) = at.sent("field_count")
    assert (count["approval_id"], count["plant_id"], count["town_id"], count["body_id"]) == ("A1", "P1", "W1", "B1")
    assert (count["field_ids"], count["bales"], len(count["photos"])) == (["F0"], 46, 1)
    at.do("home").click()
    expect(page.locator(".truck")).to_have_count(1)
    expect(page.locator(".keys-shown")).to_have_text("")


def test_a_plant_finds_a_direct_haul_by_the_last_signs_of_its_code(tablet: Callable[..., Tablet]) -> None:
    opened_at = "2026-11-12T01:00:00.000Z"
    coming = {
        "id": FIELD_TICKET, "number": "P1-20261112-0001", "purpose": "direct_in", "plate": EXPECTED,
        "opened_at": opened_at, "state": "open", "void_requested": False, "first_kg": None, "first_source": None,
        "sample": None, "net_kg": None, "dry_kg": None, "moisture_permille": None, "bales": None,
        "bales_declared": 46, "outcome": None, "origin": {"town_id": "W1", "field_ids": ["F0"], "body_id": "B1"},
        "destination_id": "P1", "haul_id": None, "estimated": False, "typed": False, "remarks": [],
    }  # fmt: skip
    at = tablet(ACROSS, place=PLANT, stacks=[], expected=[], tickets=[coming])
    page = at.page
    at.look("plant")
    at.do("scan").click()
    at.look("scan")
    page.locator(".code-input").fill("abcd1234")
    at.take(14_620)
    at.type_number("165")
    at.do("go-on").click()
    at.truck(EXPECTED).click()
    at.take(9_020)
    at.sign_and_finish()
    (opening,) = at.sent("opening")
    (closing,) = at.sent("closing")
    assert (opening["ticket_id"], opening["purpose"]) == (FIELD_TICKET, "direct_in")
    assert next(each["id"] for each in at.records if each["kind"] == "opening") != FIELD_TICKET
    assert (closing["ticket_id"], closing["outcome"], closing["bales"]) == (FIELD_TICKET, "delivered", 46)
    assert closing["stacks"] == []


def test_a_code_that_nobody_knows_is_asked_about_and_stays_with_its_own_load(tablet: Callable[..., Tablet]) -> None:
    at = tablet(ACROSS, place=PLANT, stacks=[], expected=[], tickets=[])
    page = at.page
    page.evaluate(CAMERA_SEES, f"https://straw.example/v/{FIELD_TICKET}")

    def scanned(what: str) -> None:
        at.do("scan").click()
        page.locator(f"dialog [data-value={what}]").click()

    def begun(plate: str) -> None:
        for sign in plate[2:]:
            page.locator("[data-slot=keys]").get_by_role("button", name=sign, exact=True).click()
        at.do("go-on").click()

    scanned("other")
    begun(EXPECTED)
    at.do("go-on").click()
    at.weigh_in(14_620)
    at.do("back").click()
    scanned("field")
    begun(SECOND)
    at.do("back").click()  # the plate was wrong: the code goes with it
    begun(WITH_TARE)
    at.do("go-on").click()
    at.weigh_in(11_240)
    at.do("back").click()
    at.do("scan").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    at.look("unknown code")
    page.locator("dialog [data-value=field]").click()
    begun(OUTWARD)
    at.do("go-on").click()
    at.weigh_in(10_060)
    yard_load, other_load, field_load = at.sent("opening")
    assert (yard_load["purpose"], other_load["purpose"]) == ("linehaul_in", "direct_in")
    assert FIELD_TICKET not in (yard_load["ticket_id"], other_load["ticket_id"])
    assert (field_load["purpose"], field_load["ticket_id"]) == ("direct_in", FIELD_TICKET)
    assert field_load["vehicle"]["plate"] == OUTWARD


CAMERA_SEES = """(text) => {
  window.BarcodeDetector = class { async detect() { return [{ rawValue: text }]; } };
  const picture = document.createElement("canvas");
  const drawn = picture.getContext("2d");
  setInterval(() => drawn.fillRect(0, 0, Math.random() * 9, 9), 50);
  navigator.mediaDevices.getUserMedia = async () => picture.captureStream(5);
}"""
