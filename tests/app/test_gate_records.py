"""Records of the gate: stored once, in the chain of their place, whatever a network does to them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.clock import business_day, now
from app.database.engine import db
from app.intake.chain import record_hash
from app.intake.models import TicketClosing, TicketRemark, Weighing, WeighTicket
from app.intake.record_models import GateRecord, PlaceChain, RefusedRecord
from tests.app.day_plan import PlannedTown
from tests.app.gate import PHOTO, GateTablet, gate_tablet, id_of


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def statuses(answer) -> list[int]:
    return [result["status"] for result in answer["results"]]


def test_a_whole_ticket_is_stored_with_its_weights_and_its_dry_straw(tablet: GateTablet) -> None:
    texts = tablet.whole_ticket()
    answer = tablet.send(*texts)
    assert statuses(answer) == [201, 201, 201]
    assert (answer["last_number"], answer["missing_numbers"], answer["missing_attachments"]) == (3, [], [PHOTO])
    with tablet.app.app_context():
        ticket = db.session.scalars(select(WeighTicket)).one()
        closing = db.session.scalars(select(TicketClosing)).one()
        day = business_day()
        assert ticket.number == f"{tablet.place[1]}-{day:%Y%m%d}-0001"
        assert answer["results"][0]["receipt"]["ticket_number"] == ticket.number
        assert (closing.gross_kg, closing.tare_kg, closing.net_kg) == (12_460, 8_960, 3_500)
        assert (closing.moisture_permille, closing.dry_kg, closing.dry_method) == (190, 3_500, "cap")
        assert (closing.uncertainty_kg, closing.is_trade, closing.is_estimated) == (40, True, False)
        assert list(db.session.scalars(select(TicketRemark.kind))) == ["meter_lapsed"]


def test_wet_straw_counts_as_what_it_would_weigh_at_thirty_percent(tablet: GateTablet) -> None:
    first = tablet.opening()
    tablet.send(first, tablet.sample(id_of(first), 400, 400, 400, 400, 400, 400), tablet.closing(id_of(first)))
    with tablet.app.app_context():
        assert db.session.scalars(select(TicketClosing.dry_kg)).one() == 3_000


def test_the_same_bytes_again_get_the_first_receipt_and_other_bytes_are_a_conflict(tablet: GateTablet) -> None:
    texts = tablet.whole_ticket()
    receipts = [result["receipt"] for result in tablet.send(*texts)["results"]]
    again = tablet.send(*texts)
    assert statuses(again) == [200, 200, 200]
    assert [result["receipt"] for result in again["results"]] == receipts
    other = json.loads(texts[0]) | {"made_at": "2026-11-12T00:00:00.000Z"}
    answer = tablet.send(json.dumps(other))
    assert statuses(answer) == [409]
    assert answer["results"][0]["error"]["code"] == "other-bytes"
    with tablet.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(GateRecord)) == 3
        assert db.session.scalar(select(func.count()).select_from(Weighing)) == 2
        assert db.session.scalar(select(func.count()).select_from(RefusedRecord)) == 1


def test_a_bad_record_stops_no_other_and_is_seen_by_the_office(tablet: GateTablet) -> None:
    good, after = tablet.opening(), tablet.opening("浙F54321")
    bad = tablet.record("opening", {"purpose": "intake"})
    answer = tablet.send(good, bad, "{", '["no record"]', after)
    assert statuses(answer) == [201, 422, 422, 422, 201]
    # of what cannot be read nobody knows the number
    assert (answer["last_number"], answer["missing_numbers"]) == (3, [])
    assert statuses(tablet.send(bad)) == [422]
    with tablet.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RefusedRecord)) == 3


def test_numbers_of_tickets_have_no_gaps_and_refused_ones_take_none(tablet: GateTablet) -> None:
    for n in range(4):
        tablet.send(tablet.opening(f"浙F1000{n}"), tablet.record("opening", {"purpose": "intake"}))
    with tablet.app.app_context():
        assert list(db.session.scalars(select(WeighTicket.day_number).order_by(WeighTicket.day_number))) == [1, 2, 3, 4]


def test_a_gap_in_the_numbers_of_a_device_is_told(tablet: GateTablet) -> None:
    one, two, three = (tablet.opening(f"浙F2000{n}") for n in range(3))
    assert tablet.send(one, three)["missing_numbers"] == [2]
    assert tablet.send(two)["missing_numbers"] == []


def test_what_speaks_of_a_ticket_that_has_not_come_waits(tablet: GateTablet) -> None:
    first = tablet.opening()
    sample = tablet.sample(id_of(first))
    assert statuses(tablet.send(sample)) == [424]
    assert statuses(tablet.send(first, sample)) == [201, 201]
    with tablet.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RefusedRecord)) == 0


def test_a_ticket_is_closed_once_and_a_sample_that_comes_after_is_kept(tablet: GateTablet) -> None:
    """Another tablet had it, without a network."""
    first = tablet.opening()
    tablet.send(first, tablet.closing(id_of(first)))
    answer = tablet.send(tablet.closing(id_of(first)), tablet.sample(id_of(first)))
    assert statuses(answer) == [409, 201]
    assert answer["results"][0]["error"]["code"] == "closed-already"
    assert "sample_after_closing" in {it["kind"] for it in answer["results"][1]["receipt"]["remarks"]}
    with tablet.app.app_context():
        closing = db.session.scalars(select(TicketClosing)).one()
        assert (closing.moisture_permille, closing.dry_kg, closing.is_trade) == (None, 0, False)


def test_a_reading_is_used_once_and_only_the_scale_can_sign_one(tablet: GateTablet) -> None:
    weight = tablet.weight(9_000, nonce="the same reading twice")
    assert statuses(tablet.send(tablet.opening(weighing=weight))) == [201]
    answer = tablet.send(
        tablet.opening("浙F30000", weighing=weight),
        tablet.opening("浙F30001", weighing=tablet.weight(9_000) | {"kg": 9_020}),
        tablet.opening("浙F30002", weighing=tablet.weight(9_000) | {"signature": "A" * 88}),
        tablet.opening("浙F30003", weighing=tablet.weight(9_000, scale_id="another")),
        tablet.opening("浙F30004", weighing=tablet.weight(9_000) | {"scale_id": "nobody's"}),
    )
    assert [(it["status"], it["error"]["code"]) for it in answer["results"]] == [
        (409, "reading-used"),
        (422, "unsigned-weight"),
        (422, "unsigned-weight"),
        (422, "unsigned-weight"),
        (422, "unknown-scale"),
    ]


def test_a_typed_weight_is_marked_and_a_lapsed_scale_makes_no_trade_ticket(
    county_app: Flask, town: PlannedTown
) -> None:
    lapsed = (now() - timedelta(days=1)).date()
    tablet = gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id), certified_until=lapsed)
    typed = {"source": "typed", "kg": 8_955, "scale_id": tablet.scale_id, "reason": "cable torn"}
    first = tablet.opening()
    texts = [first, tablet.sample(id_of(first)), tablet.closing(id_of(first), weighing=typed)]
    assert statuses(tablet.send(*texts)) == [201, 201, 201]
    with county_app.app_context():
        assert db.session.scalars(select(TicketClosing.is_trade)).one() is False
        kinds = set(db.session.scalars(select(TicketRemark.kind)))
        assert {"scale_lapsed", "typed_weight", "off_division"} <= kinds


def test_a_stored_tare_ends_a_load_that_was_weighed_once(tablet: GateTablet) -> None:
    tare = tablet.record("tare", {"vehicle": {"plate": "浙F12345"}, "weighing": tablet.weight(8_960)})
    first = tablet.opening()
    sample = tablet.sample(id_of(first))
    closing = tablet.closing(id_of(first), kg=None, stored_tare_id=id_of(tare))
    assert statuses(tablet.send(tare, first, sample, closing)) == [201] * 4
    other = tablet.opening("浙F99999")
    refused = tablet.send(other, tablet.closing(id_of(other), kg=None, stored_tare_id=id_of(tare)))
    assert refused["results"][1]["error"]["code"] == "other-plate"
    with tablet.app.app_context():
        assert db.session.scalars(select(TicketClosing.net_kg)).one() == 3_500


def test_without_a_weighbridge_bales_are_counted_and_the_uncertainty_is_told(tablet: GateTablet) -> None:
    first = tablet.opening(kg=None)
    closing = tablet.closing(id_of(first), kg=None, estimate={"bale_masses_kg": [108, 104, 110, 106, 107]})
    assert statuses(tablet.send(first, tablet.sample(id_of(first)), closing)) == [201] * 3
    with tablet.app.app_context():
        closing = db.session.scalars(select(TicketClosing)).one()
        assert (closing.is_estimated, closing.net_kg, closing.is_trade) == (True, 3_210, True)
        assert closing.uncertainty_kg > 0


def test_a_load_can_be_sent_back_with_a_reason(tablet: GateTablet) -> None:
    first = tablet.opening()
    body = {"ticket_id": id_of(first), "outcome": "sent_back", "bales": 0}
    without = tablet.record("closing", body)
    with_reason = tablet.record("closing", body | {"reason": "too wet"})
    assert statuses(tablet.send(first, without, with_reason)) == [201, 422, 201]
    with tablet.app.app_context():
        closing = db.session.scalars(select(TicketClosing)).one()
        assert (closing.outcome, closing.net_kg, closing.dry_kg) == ("sent_back", 0, 0)


def test_two_equal_weights_or_one_alone_are_no_load(tablet: GateTablet) -> None:
    first = tablet.opening()
    answer = tablet.send(first, tablet.closing(id_of(first), kg=12_460), tablet.closing(id_of(first), kg=None))
    assert [it.get("error", {}).get("code") for it in answer["results"]] == [None, "no-load", "weight-missing"]


def test_a_plate_that_comes_twice_within_minutes_is_remarked(tablet: GateTablet) -> None:
    answer = tablet.send(tablet.opening("浙F·12345"), tablet.opening("浙f12345"), tablet.opening("浙F12346"))
    remarks = [[it["kind"] for it in result["receipt"]["remarks"]] for result in answer["results"]]
    assert [("double_weighing" in it) for it in remarks] == [False, True, False]


def test_a_record_of_yesterday_belongs_to_yesterday_and_a_wrong_clock_is_mended(tablet: GateTablet) -> None:
    yesterday = now() - timedelta(days=1)
    tablet.send(tablet.opening("浙F40000", made_at=yesterday))
    tablet.clock_off = timedelta(days=3)
    answer = tablet.send(tablet.opening("浙F40001", made_at=tablet.clock()))
    assert answer["results"][0]["receipt"]["business_day"] == business_day().isoformat()
    kinds = {it["kind"] for it in answer["results"][0]["receipt"]["remarks"]}
    assert "clock_off" in kinds
    with tablet.app.app_context():
        days = dict(db.session.execute(select(WeighTicket.plate, WeighTicket.business_day)).all())
        assert days["浙F40000"] == business_day(yesterday)
        late = select(TicketRemark.kind).where(TicketRemark.kind == "late")
        assert len(db.session.scalars(late).all()) == 1


def test_an_old_client_is_understood_and_an_older_one_is_told_to_renew_itself(tablet: GateTablet) -> None:
    assert statuses(tablet.send(tablet.opening("浙F50000"), client=0)) == [201]
    assert tablet.send(tablet.opening("浙F50001"), client=-1)["error"]["code"] == "old-client"


def test_without_the_key_of_an_enrolled_device_nothing_is_taken(tablet: GateTablet) -> None:
    tablet.header = {"Authorization": "Device no-such-key"}
    assert tablet.send(tablet.opening())["error"]["code"] == "device-needed"


def test_a_field_count_and_a_plants_weights_are_one_ticket_in_either_order(
    county_app: Flask, town: PlannedTown
) -> None:
    plant_id, town_id = town.scenario.plants[0].plant_id, town.scenario.towns[0].town_id
    phone = gate_tablet(county_app, ("body", "B1"), "Phone")
    plant = gate_tablet(county_app, ("plant", plant_id), "Plant gate")
    count = {
        "plant_id": plant_id,
        "vehicle": {"plate": "浙F60000"},
        "town_id": town_id,
        "field_ids": [],
        "body_id": "B1",
        "material_id": "rice_straw",
        "bale_kind": "round_1m",
        "bales": 30,
    }
    counted = [phone.record("field_count", count, operator=None) for _ in range(2)]
    arrivals = [
        plant.opening("浙F60000", purpose="direct_in", ticket_id=id_of(it), origin={"town_id": town_id})
        for it in counted
    ]
    assert statuses(phone.send(counted[0])) == [201]
    assert statuses(plant.send(*arrivals)) == [201, 201]
    assert statuses(phone.send(counted[1])) == [201]
    assert (
        plant.send(
            plant.opening("浙F60000", purpose="direct_in", ticket_id=id_of(counted[0]), origin={"town_id": town_id})
        )["results"][0]["error"]["code"]
        == "opened-already"
    )
    closing = plant.closing(id_of(counted[0]), outcome="delivered")
    assert statuses(plant.send(plant.sample(id_of(counted[0])), closing)) == [201, 201]
    with county_app.app_context():
        numbers = sorted(db.session.scalars(select(WeighTicket.day_number)))
        assert numbers == [1, 2]


def test_the_chain_holds_and_the_database_refuses_to_change_it(tablet: GateTablet) -> None:
    tablet.send(*tablet.whole_ticket(), *tablet.whole_ticket("浙F70000"))
    with tablet.app.app_context():
        records = db.session.scalars(select(GateRecord).order_by(GateRecord.position)).all()
        previous = "0" * 64
        for record in records:
            assert record.previous_hash == previous
            values = {column.key: getattr(record, column.key) for column in GateRecord.__table__.columns}
            assert record.record_hash == record_hash(values, previous) == record.receipt["hash"]
            previous = record.record_hash
        head = db.session.scalars(select(PlaceChain)).one()
        assert (head.last_position, head.last_hash) == (6, previous)
        for statement in (
            "UPDATE weighing SET kg = kg + 1",
            "UPDATE gate_record SET text = ''",
            "DELETE FROM weigh_ticket",
            "DELETE FROM ticket_closing",
            "UPDATE place_chain SET last_position = 3",
            "DELETE FROM place_chain",
            "UPDATE ticket_remark SET kind = 'late'",
        ):
            with pytest.raises(DatabaseError):
                db.session.execute(text(statement))
            db.session.rollback()
