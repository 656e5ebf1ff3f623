"""What the gate refuses or marks so that nobody is paid for straw that nobody weighed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.scope import Scope
from app.clock import business_day, now
from app.database.engine import db
from app.intake.models import ScaleAgent, TicketClosing, TicketRemark, WeighTicket
from app.intake.queries import tablets_seen, whole_ticket
from app.intake.record_files import devices_to_import
from app.intake.remark_texts import remark_text, severity_of
from app.intake.remarks import NOT_FOR_TRADE
from app.intake.ticket_lists import Mark, TicketFilters, ticket_rows
from app.registry.models import CollectingBody, DirectHaulApproval, Scale
from app.storage.models import BaleStack
from tests.app.day_plan import PlannedTown
from tests.app.gate import PHOTO, GateTablet, gate_tablet, id_of
from tests.conftest import log_in

TYPED = {"source": "typed", "reason": "cable torn", "photos": [PHOTO]}


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


@pytest.fixture
def plant(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("plant", town.scenario.plants[0].plant_id), "Plant gate")


def told(answer) -> list[object]:
    """Of each record its refusal, else the kinds of its remarks."""
    return [
        (it["status"], it["error"]["code"]) if "error" in it else {one["kind"] for one in it["receipt"]["remarks"]}
        for it in answer["results"]
    ]


def is_for_trade(tablet: GateTablet, opening: str) -> bool:
    """As the office's list has it, the page of the ticket and the filter."""
    with tablet.app.app_context():
        ticket = db.session.get_one(WeighTicket, id_of(opening))
        row = ticket_rows(db.session, None, TicketFilters(number=ticket.number))[0]
        marked = ticket_rows(db.session, None, TicketFilters(number=ticket.number, mark=Mark.NOT_FOR_TRADE))
        assert row.is_trade == whole_ticket(db.session, ticket).is_trade == (not marked)
        return bool(row.is_trade)


def test_only_a_void_ticket_of_this_place_is_replaced_and_only_once(tablet: GateTablet, plant: GateTablet) -> None:
    first = tablet.opening()
    tablet.send(first)
    again = tablet.opening(replaces=id_of(first))
    assert told(tablet.send(again)) == [(424, "not-void-yet")]
    tablet.void(id_of(first))
    elsewhere = plant.opening(purpose="linehaul_in", replaces=id_of(first))
    assert told(plant.send(elsewhere)) == [(422, "not-at-this-place")]
    assert told(tablet.send(again, tablet.opening(replaces=id_of(first)))) == [set(), (409, "replaced-already")]


def test_another_trucks_ticket_that_replaces_one_is_remarked_and_a_third_is_weighed_twice(tablet: GateTablet) -> None:
    first = tablet.opening()
    tablet.send(first)
    tablet.void(id_of(first))
    assert told(tablet.send(tablet.opening("浙F54321", replaces=id_of(first)), tablet.opening("浙F54321"))) == [
        {"plate_of_replaced"},
        {"double_weighing"},
    ]


def test_passes_the_wrong_way_round_are_not_for_settlement(tablet: GateTablet) -> None:
    turned = tablet.opening(kg=8_960)
    out = tablet.opening("浙F20000", purpose="linehaul_out", destination_id="P1")
    right = tablet.opening("浙F20001", purpose="linehaul_out", destination_id="P1", kg=8_960)
    answer = tablet.send(
        *(turned, tablet.sample(id_of(turned)), tablet.closing(id_of(turned), kg=12_460)),
        *(out, tablet.sample(id_of(out)), tablet.closing(id_of(out), outcome="shipped")),
        *(right, tablet.sample(id_of(right)), tablet.closing(id_of(right), outcome="shipped", kg=12_460)),
    )
    assert [("passes_turned" in it) for it in told(answer)[2::3]] == [True, True, False]
    assert [is_for_trade(tablet, it) for it in (turned, out, right)] == [False, False, True]


def test_a_stored_tare_is_a_tare_of_this_truck_that_is_not_heavier_than_it_came(tablet: GateTablet) -> None:
    vehicle = {"vehicle": {"plate": "浙F12345"}}
    light, heavy = (tablet.record("tare", vehicle | {"weighing": tablet.weight(kg)}) for kg in (8_960, 13_000))
    tablet.send(light)
    first, out = tablet.opening(), tablet.opening(purpose="linehaul_out", destination_id="P1", kg=12_000)
    old = tablet.record(
        "tare", vehicle | {"weighing": tablet.weight(8_960)}, made_at=tablet.clock() - timedelta(days=40)
    )
    answer = tablet.send(
        *(heavy, old, first, out, tablet.sample(id_of(first))),
        tablet.closing(id_of(first), kg=None, stored_tare_id=id_of(heavy)),
        tablet.closing(id_of(first), kg=None, stored_tare_id=id_of(first)),
        tablet.closing(id_of(first), kg=None, stored_tare_id=id_of(old)),
        tablet.closing(id_of(out), kg=None, outcome="shipped", stored_tare_id=id_of(light)),
        tablet.closing(id_of(first), kg=None, stored_tare_id=id_of(light)),
    )
    assert told(answer)[5:] == [(422, "tare-not-usable")] * 4 + [set()]
    assert is_for_trade(tablet, first)


def test_a_load_too_wet_for_its_stack_is_remarked_and_one_that_should_have_gone_back_is_not_for_trade(
    tablet: GateTablet,
) -> None:
    with tablet.app.app_context():
        stacks = db.session.scalars(select(BaleStack).where(BaleStack.yard_id == tablet.place[1])).all()
        stack_of = {stack.kind: stack.stack_id for stack in reversed(stacks)}

    def stored(permille: int, kind: str) -> tuple[object, bool]:
        first = tablet.opening()
        stack = [{"stack_id": stack_of[kind], "bales": 30}]
        readings = tablet.sample(id_of(first), *(permille + probe for probe in range(20)))
        answer = tablet.send(first, readings, tablet.closing(id_of(first), stacks=stack))
        return {it for it in told(answer)[2] if "wet" in it}, is_for_trade(tablet, first)

    assert stored(150, "stack_freely") == stored(150, "hot_lane") == stored(250, "hot_lane") == (set(), True)
    assert stored(190, "stack_apart") == (set(), True)
    assert stored(190, "stack_freely") == stored(250, "stack_apart") == ({"wet_on_dry"}, True)
    assert stored(450, "stack_freely") == stored(450, "hot_lane") == ({"too_wet"}, False)
    with tablet.app.app_context():
        db.session.execute(update(BaleStack).where(BaleStack.stack_id == tablet.place[1] + "-04").values(kind="any"))
        db.session.commit()
    stack_of["any"] = tablet.place[1] + "-04"
    assert [stored(permille, "any") for permille in (150, 250)] == [(set(), True), ({"wet_on_dry"}, True)]


def test_fewer_readings_than_the_rule_asks_for_are_remarked_by_the_bales_of_the_load(tablet: GateTablet) -> None:
    def said(bales: int | None, *readings: list[int]) -> dict[str, int] | None:
        first = tablet.opening(bales=bales)
        body = {"ticket_id": id_of(first), "readings": [[bale, 150 + 3 * bale] for [bale] in readings]}
        answer = tablet.send(first, tablet.record("sample", body))
        found = {it["kind"]: it["values"] for it in answer["results"][1]["receipt"]["remarks"]}
        return found.get("few_readings")

    def probes(bales: int, each: int = 2) -> list[list[int]]:
        return [[bale + 1] for bale in range(bales)] * each

    assert said(30, *probes(10)) is said(4, *probes(4)) is said(None, *probes(10)) is None
    assert said(48, [3], [8]) == {"done": 2, "asked": 20}
    assert said(48, [0], [0]) == {"done": 1, "asked": 2}  # dry beyond doubt: two bales are enough, one is not
    assert said(30, *probes(10, 1)) == said(None, *probes(10, 1)) == {"done": 10, "asked": 20}
    assert said(30, *probes(2, 10)) == {"done": 4, "asked": 20}
    assert said(4, *probes(3)) == {"done": 6, "asked": 8}


def test_a_stored_tare_that_raised_an_alarm_makes_no_trade_ticket(tablet: GateTablet) -> None:
    vehicle = {"vehicle": {"plate": "浙F12345"}}
    known, odd = (tablet.record("tare", vehicle | {"weighing": tablet.weight(kg)}) for kg in (8_960, 7_000))
    first = tablet.opening()
    closing = tablet.closing(id_of(first), kg=None, stored_tare_id=id_of(odd))
    answer = tablet.send(known, odd, first, tablet.sample(id_of(first)), closing)
    assert told(answer)[1] == {"tare_alarm"}
    assert told(answer)[4] == {"tare_doubtful"}
    assert not is_for_trade(tablet, first)


def test_a_stored_tare_that_was_not_used_is_not_on_the_ticket(tablet: GateTablet) -> None:
    tare = tablet.record("tare", {"vehicle": {"plate": "浙F12345"}, "weighing": tablet.weight(8_960)})
    first, back = tablet.opening(), tablet.opening()
    texts = [tare, first, tablet.closing(id_of(first), stored_tare_id=id_of(tare)), back]
    texts.append(
        tablet.closing(id_of(back), kg=None, outcome="sent_back", reason="wet", stored_tare_id=id_of(tare), bales=0)
    )
    assert [it["status"] for it in tablet.send(*texts)["results"]] == [201] * 5
    with tablet.app.app_context():
        assert list(db.session.scalars(select(TicketClosing.stored_tare_id))) == [None, None]


def test_what_a_scale_weighed_is_not_estimated(tablet: GateTablet) -> None:
    first, other = tablet.opening(), tablet.opening("浙F20000", kg=None)
    answer = tablet.send(
        *(first, other, tablet.sample(id_of(other))),
        tablet.closing(id_of(first), kg=None, estimate={}),
        tablet.closing(id_of(other), estimate={}),
        tablet.closing(id_of(other), kg=None, estimate={"bale_masses_kg": [107, 107, 107, 107, 2_000]}),
        tablet.closing(id_of(other), kg=None, estimate={}),
    )
    assert told(answer)[3:] == [
        (422, "weighed-already"),
        (422, "weighed-already"),
        (422, "bales-too-heavy"),
        {"estimated", "estimated_beside_scale"},
    ]
    assert is_for_trade(tablet, other)


def test_bales_unlike_their_kind_are_not_for_settlement(tablet: GateTablet) -> None:
    first = tablet.opening(kg=None)
    closing = tablet.closing(id_of(first), kg=None, estimate={"bale_masses_kg": [180, 181, 182, 180, 179]})
    answer = tablet.send(first, tablet.sample(id_of(first)), closing)
    assert "estimate_odd" in told(answer)[2]
    assert not is_for_trade(tablet, first)


def test_a_typed_weight_is_settled_only_where_it_names_a_good_scale_and_is_never_sure(tablet: GateTablet) -> None:
    named, nameless = tablet.opening(), tablet.opening("浙F20000")
    answer = tablet.send(
        *(named, tablet.sample(id_of(named))),
        tablet.closing(id_of(named), weighing=TYPED | {"kg": 8_960, "scale_id": tablet.scale_id}),
        *(nameless, tablet.sample(id_of(nameless))),
        tablet.closing(id_of(nameless), weighing=TYPED | {"kg": 8_960}),
    )
    assert told(answer)[2::3] == [{"typed_weight"}, {"typed_weight", "typed_without_scale"}]
    assert (is_for_trade(tablet, named), is_for_trade(tablet, nameless)) == (True, False)
    typed = tablet.opening("浙F20001", weighing=TYPED | {"kg": 12_000})
    tablet.send(typed, tablet.closing(id_of(typed), weighing=TYPED | {"kg": 9_000}))
    with tablet.app.app_context():
        assert list(db.session.scalars(select(TicketClosing.uncertainty_kg))) == [40, 40, 40]


def test_without_any_scale_a_typed_weight_is_less_sure_and_an_estimate_is_as_it_should_be(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        for scale in db.session.scalars(select(Scale).where(Scale.yard_id == tablet.place[1])):
            scale.withdrawn_at = now()
        db.session.commit()
    typed, counted = tablet.opening(weighing=TYPED | {"kg": 12_000}), tablet.opening("浙F20000", kg=None)
    answer = tablet.send(
        *(typed, tablet.closing(id_of(typed), weighing=TYPED | {"kg": 9_000})),
        *(counted, tablet.sample(id_of(counted)), tablet.closing(id_of(counted), kg=None, estimate={})),
    )
    assert told(answer)[4] == {"estimated"}
    with tablet.app.app_context():
        assert db.session.get_one(TicketClosing, id_of(typed)).uncertainty_kg == 100


def test_a_phone_counts_for_its_own_body_and_its_town_sees_what_was_refused(
    county_app: Flask, town: PlannedTown
) -> None:
    town_id, plant_id = town.scenario.towns[0].town_id, town.scenario.plants[0].plant_id
    with county_app.app_context():
        db.session.add(CollectingBody(body_id="B1", name="Made-up collectors", town_id=town_id, kind="cooperative"))
        db.session.commit()
    phone = gate_tablet(county_app, ("body", "B1"), "Phone")
    count = {
        "plant_id": plant_id,
        "vehicle": {"plate": "浙F60000"},
        "town_id": town_id,
        "material_id": "rice_straw",
        "bale_kind": "round_1m",
        "bales": 30,
    }
    records = [phone.record("field_count", count | {"body_id": body}, operator=None) for body in ("B2", "B1")]
    own, foreign = told(phone.send(*records))[::-1]
    assert foreign == (422, "not-at-this-place")
    assert "no_operator" not in own
    with county_app.app_context():
        scope, other = Scope(town_ids=frozenset({town_id})), Scope(town_ids=frozenset({"elsewhere"}))
        assert [it.refused for it in tablets_seen(db.session, scope)] == [1]
        assert [it.id for it in devices_to_import(db.session, scope)] == [phone.id]
        assert (tablets_seen(db.session, other), devices_to_import(db.session, other)) == ([], [])
    assert "Made-up collectors" in log_in(county_app).get("/records/refused").text


def test_a_direct_haul_needs_an_approval_of_its_town_and_body(plant: GateTablet) -> None:
    with plant.app.app_context():
        approval = db.session.scalars(select(DirectHaulApproval)).one()
        town_id, code = approval.town_id, approval.approval_id
        approval.valid_from, approval.valid_until = business_day() - timedelta(days=1), business_day()
        approval.task_force_agreed_on = approval.company_agreed_on = approval.applied_on
        db.session.commit()

    def not_approved(*hauls: dict[str, object]) -> list[bool]:
        texts = [plant.opening(purpose="direct_in", **haul) for haul in hauls]
        return [("not_approved" in it) for it in told(plant.send(*texts))]

    elsewhere = {"town_id": "elsewhere"}
    assert not_approved({}, {"approval_id": code}, {"origin": {"town_id": town_id}}, {"origin": elsewhere}) == [
        True,
        False,
        False,
        True,
    ]
    with plant.app.app_context():
        db.session.add(CollectingBody(body_id="B1", name="Made-up collectors", town_id=town_id, kind="cooperative"))
        db.session.flush()
        db.session.scalars(select(DirectHaulApproval)).one().body_id = "B1"
        db.session.commit()
    origins = [{"town_id": town_id, "body_id": body} for body in ("B1", "B2", None)]
    assert not_approved(*({"origin": origin, "approval_id": code} for origin in origins)) == [False, True, True]


def test_a_remark_that_comes_after_the_closing_counts_too(tablet: GateTablet) -> None:
    texts = tablet.whole_ticket()
    tablet.send(*texts)
    assert is_for_trade(tablet, texts[0])
    with tablet.app.app_context():
        remark = TicketRemark(record_id=id_of(texts[2]), kind="not_approved", ticket_id=id_of(texts[0]), said={})
        db.session.add(remark)
        db.session.commit()
    assert not is_for_trade(tablet, texts[0])


def test_a_record_of_nobody_and_a_number_used_twice_are_remarked(tablet: GateTablet) -> None:
    nobody = tablet.opening(operator=None)
    twice = json.dumps(json.loads(tablet.opening("浙F20000")) | {"number": 1})
    both = [json.dumps(json.loads(tablet.opening(f"浙F3000{n}")) | {"number": 7}) for n in range(2)]
    assert told(tablet.send(nobody)) == [{"no_operator"}]
    assert told(tablet.send(twice, *both)) == [{"number_twice"}, set(), {"number_twice"}]
    assert tablet.send(nobody)["results"][0]["status"] == 200


def test_a_revoked_key_counts_for_a_week_and_is_remarked(tablet: GateTablet) -> None:
    def revoke(days_ago: int) -> None:
        with tablet.app.app_context():
            agent = db.session.scalars(select(ScaleAgent).where(ScaleAgent.scale_id == tablet.scale_id)).one()
            agent.revoked_at = now() - timedelta(days=days_ago)
            db.session.commit()

    def taken(days_ago: int) -> str:
        moment = now() - timedelta(days=days_ago)
        weight = tablet.weight(12_460, taken_at=moment)
        return tablet.opening(f"浙F4000{days_ago}", weighing=weight, made_at=moment)

    revoke(3)
    assert [("agent_revoked" in it) for it in told(tablet.send(taken(4), taken(2)))] == [True, False]
    revoke(8)
    assert told(tablet.send(taken(9))) == [(422, "unsigned-weight")]


def test_an_overload_that_blocks_is_shown_as_blocking() -> None:
    assert severity_of("overload_block") == "blocks"
    assert severity_of("passes_turned") == "blocks"
    assert severity_of("no_operator") == "mend"


@pytest.mark.parametrize(
    ("kg", "kinds"),
    [(4_500, set()), (4_520, {"overload"}), (4_720, {"overload"}), (4_740, {"overload_block"})],
)
def test_a_truck_whose_class_tells_no_axles_is_judged_by_what_it_carries(
    tablet: GateTablet, town: PlannedTown, kg: int, kinds: set[str]
) -> None:
    light = next(it for it in town.scenario.trucks if it.truck_class == "c8")
    first = tablet.opening(light.truck_id, vehicle={"plate": light.truck_id, "truck_id": light.truck_id}, kg=kg)
    answer = tablet.send(first, tablet.sample(id_of(first)), tablet.closing(id_of(first), kg=2_960))
    assert told(answer)[0] == kinds
    assert is_for_trade(tablet, first) == ("overload_block" not in kinds)
    [known] = [it for it in tablet.notebook()["trucks"] if it["truck_id"] == light.truck_id]
    assert known["legal_gross_kg"] == 4_500
    [shown] = [it for it in tablet.notebook()["tickets"] if it["id"] == id_of(first)]
    assert shown["is_trade"] == ("overload_block" not in kinds)


def test_a_truck_outside_the_register_is_judged_by_the_least_limit_and_only_as_advice(tablet: GateTablet) -> None:
    light, heavy = tablet.opening("浙F50000", kg=18_000), tablet.opening("浙F50001", kg=48_000)
    answer = tablet.send(
        *(light, heavy, tablet.sample(id_of(heavy))),
        tablet.closing(id_of(heavy), kg=16_000),
    )
    assert told(answer)[:2] == [set(), {"overload_perhaps"}]
    assert is_for_trade(tablet, heavy)
    assert severity_of("overload_perhaps") == "advice"


def not_for_trade(tablet: GateTablet, plate: str, closing: dict[str, object] | None = None, **opening) -> set[str]:
    """The remarks of a ticket that is stored whole, and is for trade only where there are none."""
    first = tablet.opening(plate, **opening)
    answer = tablet.send(first, tablet.sample(id_of(first)), tablet.closing(id_of(first), **(closing or {})))
    kinds = set().union(*told(answer)) - {"meter_lapsed"}  # the samples name no meter
    assert is_for_trade(tablet, first) == (not kinds & NOT_FOR_TRADE), kinds
    return kinds


def test_what_the_register_never_heard_of_is_kept_but_not_for_settlement(tablet: GateTablet, town: PlannedTown) -> None:
    field = town.scenario.fields[0]
    known = {"town_id": field.town_id, "field_ids": [field.field_id]}
    assert not_for_trade(tablet, "浙F70000", origin=known) == set()
    assert not_for_trade(tablet, "浙F70001", material_id="gold") == {"unknown_material"}
    assert not_for_trade(tablet, "浙F70002", bale_kind="cube") == {"unknown_bale_kind"}
    assert not_for_trade(tablet, "浙F70003", origin=known | {"town_id": "nowhere"}) == {"unknown_town"}
    assert not_for_trade(tablet, "浙F70004", origin=known | {"field_ids": [field.field_id, "F?"]}) == {"unknown_field"}
    with tablet.app.test_request_context():
        [said] = db.session.scalars(select(TicketRemark.said).where(TicketRemark.kind == "unknown_field"))
        assert said == {"ids": ["F?"]}
        assert "F?" in remark_text("unknown_field", said)


def test_a_net_weight_without_bales_is_not_for_settlement(tablet: GateTablet) -> None:
    assert not_for_trade(tablet, "浙F70000", {"bales": 0, "stacks": []}, bales=0) == {"no_bales", "stacks_differ"}


def test_what_a_scale_cannot_have_shown_is_not_for_settlement(tablet: GateTablet) -> None:
    above = TYPED | {"kg": 60_020, "scale_id": tablet.scale_id}
    assert "above_capacity" in not_for_trade(tablet, "浙F70000", weighing=above)
    assert not_for_trade(tablet, "浙F70001", kg=12_470) == {"reading_off_division"}
    assert not_for_trade(tablet, "浙F70002", {"kg": 8_955}) == {"reading_off_division"}


def test_a_reading_signed_long_before_its_record_is_not_for_settlement_but_one_that_comes_late_is(
    tablet: GateTablet,
) -> None:
    made_at = now() - timedelta(hours=1)
    for plate, minutes, kinds in (("浙F70000", 29, set()), ("浙F70001", 31, {"reading_old"})):
        weight = tablet.weight(12_460, taken_at=made_at - timedelta(minutes=minutes))
        assert not_for_trade(tablet, plate, weighing=weight, made_at=made_at) == kinds
    late = made_at - timedelta(days=3)
    assert not_for_trade(tablet, "浙F70002", {"made_at": late}, made_at=late) == {"late"}
    tablet.clock_off = timedelta(hours=2)
    assert not_for_trade(tablet, "浙F70003", {"made_at": tablet.clock()}, made_at=tablet.clock()) == {"clock_off"}


def test_a_verification_without_a_number_makes_no_trade_ticket(tablet: GateTablet) -> None:
    with tablet.app.app_context():
        scale = db.session.scalars(select(Scale).where(Scale.scale_id == tablet.scale_id)).one()
        scale.certificate_number = None
        db.session.commit()
    assert not_for_trade(tablet, "浙F70000") == {"certificate_unnumbered"}
    [known] = [it for it in tablet.notebook()["scales"] if it["id"] == tablet.scale_id]
    assert known["state"] == "none"
