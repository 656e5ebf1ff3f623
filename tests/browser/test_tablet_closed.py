"""On the tablet nothing that is closed or hot is used without a question, and a closed yard is said before all else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.gate_stand_in import stacks_of_a_day
from tests.browser.gate_tablet import ACROSS, EXPECTED, OUTWARD, PLANT, SECOND, UPRIGHT, WITH_TARE, Tablet

TODAY = "2026-11-12"
LEAVE = "所有人撤离堆区，到上风向集合点，清点人数。"
CALL = "拨打119，要说的内容见应急卡。"
YARD_CLOSED = {
    "stack_id": None, "reason": "草垛发热（紧急）：人员撤离", "bans": ["loading", "more_bales", "opening"],
    "tasks": [CALL, LEAVE], "everybody_leaves": True,
}  # fmt: skip


def stacks(**banned: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [each | {"banned": banned.get(each["id"], {})} for each in stacks_of_a_day(TODAY)]


def heat(stack_id: str, level: int, *tasks: str) -> dict[str, Any]:
    return {
        "stack_id": stack_id, "level": level, "words": "高温报警", "tasks": list(tasks), "why": [], "hottest_dc": 702,
        "measured_at": f"{TODAY}T01:00:00.000Z", "due_at": "2099-01-01T00:00:00.000Z", "places": ["P1"],
        "forbidden": ["禁止再运入草捆。"],
    }  # fmt: skip


def alarm(number: int, kind: str, severity: str = "blocks", **more: Any) -> dict[str, Any]:
    told = {"id": number, "kind": kind, "subject": "S2", "severity": severity, "said": {}, "words": f"{kind} {number}"}
    return told | {"raised_at": f"{TODAY}T01:00:00.000Z", "tasks": []} | more


def closed(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"lists": [], "things": {}, "actions": [], "closed": list(entries)}


def test_a_closed_stack_is_struck_out_and_choosing_it_asks_once_why(tablet: Callable[..., Tablet]) -> None:
    why = {"more_bales": ["温度：高温报警"], "loading": ["温度：高温报警"]}
    at = tablet(UPRIGHT, stacks=stacks(S2=why), heat=[heat("S2", 3, "铺好水带并充水。")])
    page, dialog = at.page, at.page.locator("dialog[open]")
    at.truck(WITH_TARE).click()
    at.take(10_080)
    at.type_number("165")
    expect(page.locator(".stack-shut")).to_have_count(1)
    at.do("stack").click()
    shut = page.locator(".stack-button[data-stack=S2]")
    expect(shut).to_contain_text("✕ 温度：高温报警")
    at.look("stack is closed")
    shut.click()
    expect(dialog).to_contain_text("铺好水带并充水。")
    expect(dialog.locator("ul")).to_have_text("禁止再运入草捆。")
    at.look("why all the same")
    dialog.locator("[data-do=cancel]").click()
    expect(shut).to_have_attribute("aria-pressed", "false")
    shut.click()
    dialog.locator("[data-do=reason]").nth(1).click()
    expect(shut).to_have_attribute("aria-pressed", "true")
    at.do("go-on").click()
    at.do("tare").click()
    at.sign_and_finish()
    [closing] = at.sent("closing")
    assert [share["stack_id"] for share in closing["stacks"]] == ["S2"]
    assert closing["reason"] == "消防队或堆场负责人同意"


def test_where_nothing_is_closed_nothing_is_asked_and_no_reason_is_kept(tablet: Callable[..., Tablet]) -> None:
    at = tablet(stacks=stacks())
    at.truck(WITH_TARE).click()
    at.take(10_080)
    at.type_number("165")
    at.do("go-on").click()
    at.do("tare").click()
    at.sign_and_finish()
    [closing] = at.sent("closing")
    assert closing["reason"] is None


def test_that_the_yard_is_closed_stands_first_with_what_to_do(tablet: Callable[..., Tablet]) -> None:
    alarms = [alarm(1, "heat_level", tasks=["铺好水带并充水。"]), alarm(2, "round_overdue", "mend"), alarm(3, "smoke")]
    at = tablet(
        ACROSS,
        stacks=stacks(),
        heat=[heat("S2", 3, "铺好水带并充水。")],
        alarms=[*alarms, alarm(4, "seen", "advice")],
        inspections=closed({"stack_id": "S2", "reason": "温度", "bans": [], "tasks": []}, YARD_CLOSED),
    )
    page = at.page
    bars = page.locator("#frame-bars > *")
    expect(bars.first).to_contain_text(CALL)
    expect(bars.first).to_contain_text(LEAVE)
    expect(bars).to_have_count(3)  # the yard, an alarm that blocks, how many more
    expect(page.locator("#frame-bars")).not_to_contain_text("round_overdue")
    at.look("yard is closed")
    page.locator(".more-bars").click()
    at.look("all that is open")
    expect(bars.first).to_contain_text(CALL)
    expect(page.locator("#frame-bars")).not_to_contain_text("round_overdue")
    page.locator("[data-alarm='1'] button").first.click()
    expect(page.locator("#gate [data-slot=tasks] li")).to_have_text(["铺好水带并充水。"])
    expect(page.locator("#gate ul[data-slot=forbidden] li")).to_have_text(["禁止再运入草捆。"])
    at.look("what a hot stack asks for")


def test_a_load_is_begun_in_a_closed_yard_only_after_a_question(tablet: Callable[..., Tablet]) -> None:
    at = tablet(UPRIGHT, stacks=stacks(), inspections=closed(YARD_CLOSED))
    page, dialog = at.page, at.page.locator("dialog[open]")
    at.truck(EXPECTED).click()
    expect(dialog).to_contain_text("草垛发热（紧急）：人员撤离")
    expect(dialog).to_contain_text(CALL)
    at.look("begin in a closed yard")
    dialog.locator("[data-do=cancel]").click()
    expect(at.truck(EXPECTED)).to_be_visible()
    at.do("other").click()
    dialog.locator("[data-do=cancel]").click()
    page.locator("[data-tab=out]").click()
    at.truck(OUTWARD).click()
    dialog.locator("[data-do=cancel]").click()
    page.locator("[data-tab=in]").click()
    at.truck(EXPECTED).click()
    dialog.locator("[data-do=choose]").click()
    at.weigh_in(14_620)
    assert len(at.sent("opening")) == 1


def test_a_yard_whose_intake_is_closed_lets_loads_out_without_a_question(tablet: Callable[..., Tablet]) -> None:
    no_water = {"stack_id": None, "reason": "无水", "bans": ["more_bales"], "tasks": [], "everybody_leaves": False}
    at = tablet(stacks=stacks(), inspections=closed(no_water))
    at.truck(SECOND).click()
    at.page.locator("dialog[open] [data-do=cancel]").click()
    at.page.locator("[data-tab=out]").click()
    at.truck(OUTWARD).click()
    expect(at.do("take")).to_be_visible()


def test_moving_bales_off_a_hot_stack_asks_first(tablet: Callable[..., Tablet]) -> None:
    why = {"more_bales": ["温度：高温报警"], "loading": ["温度：高温报警"]}
    late = {"points": [], "last_at": None, "due_at": f"{TODAY}T01:00:00.000Z", "overdue_at": f"{TODAY}T01:10:00.000Z"}
    late |= {"every_min": 60, "why": []}
    at = tablet(UPRIGHT, stacks=stacks(S2=why), heat=[heat("S2", 3, "铺好水带并充水。")], patrol=late)
    page, dialog = at.page, at.page.locator("dialog[open]")
    page.locator("[data-tab=yard]").click()
    expect(page.locator("[data-to=patrol]")).to_have_attribute("data-late", "true")
    at.look("yard with a hot stack")
    page.locator("[data-to=move]").click()
    page.locator(".stack-button[data-stack=S2]").click()
    expect(dialog).to_contain_text("逐捆测温")
    at.look("move off a hot stack")
    dialog.locator("[data-do=cancel]").click()
    expect(page.locator("#gate [data-slot=from]")).to_be_hidden()
    page.locator(".stack-button[data-stack=S2]").click()
    dialog.locator("[data-do=choose]").click()
    page.locator(".stack-button[data-stack=S3]").click()
    expect(page.locator("#gate [data-slot=to]")).to_be_visible()


def test_a_load_for_a_plant_that_is_struck_off_is_begun_only_after_a_question(tablet: Callable[..., Tablet]) -> None:
    at = tablet(UPRIGHT, plants=[], struck_off=[{"id": PLANT["id"], "name": PLANT["name"]}])
    dialog = at.page.locator("dialog[open]")
    at.page.locator("[data-tab=out]").click()
    at.truck(OUTWARD).click()
    expect(dialog).to_contain_text(f"{PLANT['name']}已取消备案")
    at.look("to a plant that is struck off")
    dialog.locator("[data-do=cancel]").click()
    expect(at.truck(OUTWARD)).to_be_visible()
    at.truck(OUTWARD).click()
    dialog.locator("[data-value=yes]").click()
    expect(at.truck(OUTWARD)).to_have_count(0)
