"""A scale's agent, a day's notebook and the taking of records, for tests of the gate's screens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.intake.bodies import RecordText
from app.tablet.record_kinds import RECORD_KINDS

AGENT = "/agent"
TICKET_NUMBER = "Y1-20261112-0001"


@dataclass
class Scale:
    """The agent beside a scale, under the site's own address: one weight for each truck, the same answer to a nonce.
    `loses_answers`: it takes weights, but nobody hears of them."""

    state: str = "empty"
    kg: int | None = 0
    why_not: str | None = "empty"
    loses_answers: bool = False
    taken: dict[str, str] = field(default_factory=dict)

    def stand(self, kg: int) -> None:
        """A truck of this weight stands still, after an empty scale."""
        self.state, self.kg, self.why_not = "steady", kg, None

    def set(self, state: str, kg: int | None, why_not: str) -> None:
        self.state, self.kg, self.why_not = state, kg, why_not

    def before(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if not path.startswith(f"{AGENT}/"):
                return app(environ, start_response)
            status, said = self._said(path.removeprefix(AGENT), environ)
            kind = "text/event-stream" if path.endswith("/live") else "application/json"
            start_response(status, [("Content-Type", kind)])
            return [said.encode()]

        return answer

    def _said(self, path: str, environ: dict[str, Any]) -> tuple[str, str]:
        deck = {"state": self.state, "kg": self.kg, "may_take": self.why_not is None, "why_not": self.why_not}
        if path == "/live":
            return "200 OK", f"data: {json.dumps(deck)}\n\n"
        if path == "/state":
            return "200 OK", json.dumps(deck)
        nonce = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))["nonce"]
        if nonce not in self.taken:
            if self.why_not is not None:
                return "409 CONFLICT", json.dumps({"why_not": self.why_not})
            self.taken[nonce] = json.dumps({"scale_id": "Y-1", "kg": self.kg, "nonce": nonce})
            self.why_not = "already-taken"
        if self.loses_answers:
            return "502 BAD GATEWAY", ""
        return "200 OK", json.dumps({"payload": self.taken[nonce], "signature": "c2lnbmVk"})


def taken_records(sent: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What a tablet sent, read as the server reads it (so that a body that it would refuse fails here), and the answer
    that it is stored."""
    batch = json.loads(sent)
    records = [json.loads(text) for text in batch["records"]]
    for record in records:
        RecordText.model_validate(record)
        RECORD_KINDS[record["kind"]].body.model_validate(record["body"])
    results = [
        {
            "id": record["id"],
            "status": 201,
            "receipt": {"id": record["id"], "position": 1, "hash": "0" * 64, "ticket_number": TICKET_NUMBER},
        }
        for record in records
    ]
    return records, {"nonce": batch["nonce"], "results": results, "missing_numbers": [], "missing_attachments": []}


def notebook_for(real: dict[str, Any], day: date) -> dict[str, Any]:
    """The notebook of a yard on a busy day: device, place and people as they are, the rest made up."""
    today = day.isoformat()
    return real | {
        "day": today,
        "expected": _expected(today, (day + timedelta(days=1)).isoformat(), real["place"]["id"]),
        "trucks": [
            {
                "truck_id": "T1",
                "plate": "浙F12345",
                "truck_class": "t96",
                "legal_gross_kg": 25000,
                "payload_kg": 15000,
                "tare": None,
            },
            {
                "truck_id": "T2",
                "plate": "浙F67890",
                "truck_class": "t68",
                "legal_gross_kg": 18000,
                "payload_kg": 9000,
                "tare": None,
            },
            {
                "truck_id": "T3",
                "plate": "浙F24680",
                "truck_class": "t68",
                "legal_gross_kg": 18000,
                "payload_kg": 9000,
                "tare": {
                    "id": "0193a000-0000-7000-8000-000000000001",
                    "kg": 6840,
                    "weighed_at": f"{today}T01:00:00.000Z",
                    "valid_until": (day + timedelta(days=9)).isoformat(),
                    "typed": False,
                },
            },
            {
                "truck_id": "T4",
                "plate": "浙FB8808",
                "truck_class": "t13",
                "legal_gross_kg": 49000,
                "payload_kg": 30000,
                "tare": None,
            },
        ],
        "towns": [{"id": "W1", "name": "丁桥镇"}, {"id": "W2", "name": "周王庙镇"}],
        "bodies": [
            {"id": "B1", "name": "示例合作社", "town_id": "W1"},
            {"id": "B2", "name": "演示农机站", "town_id": "W1"},
        ],
        "plants": [{"id": "P1", "name": "示例生物质电厂"}],
        "materials": [{"id": "rice", "name": "水稻秸秆"}],
        "bale_kinds": [
            {
                "id": "round_1m",
                "kg_table": [[150, 102000, 13000], [200, 108000, 14000], [300, 123000, 16000], [600, 215000, 30000]],
            }
        ],
        "approvals": [
            {
                "id": "A1",
                "town_id": "W1",
                "plant_id": "P1",
                "plant": "示例生物质电厂",
                "body_id": "B1",
                "valid_from": "2020-01-01",
                "valid_until": "2099-12-31",
            }
        ],
        "scales": [
            {
                "id": "Y-1",
                "name": "1 号地磅",
                "division_kg": 20,
                "capacity_kg": 80000,
                "address": None,
                "addresses": [],
                "certificate_number": "T-1",
                "certified_from": "2020-01-01",
                "certified_until": "2099-12-31",
                "state": "valid",
            }
        ],
        "meters": [
            {"id": "M1", "name": "水分仪 1", "calibrated_until": "2099-12-31", "state": "valid"},
            {"id": "M2", "name": "水分仪 2", "calibrated_until": "2020-12-31", "state": "lapsed"},
        ],
        "stacks": stacks_of_a_day(today),
        "proposals": {"stack_freely": "S1", "stack_apart": "S4", "hot_lane": "S6", "loading_out": "S2"},
        "tickets": [],
    }


def _expected(today: str, tomorrow: str, yard_id: str) -> list[dict[str, Any]]:
    growers = ["示例种植户甲", "示例种植户乙", "示例种植户丙"]
    coming = [
        ("浙F12345", "T1", 515, 48, "W1"),
        ("浙F67890", "T2", 530, 30, "W2"),
        ("浙F24680", "T3", 548, 30, "W1"),
        ("浙F13579", "T5", 571, 18, "W2"),
        ("浙F86420", "T6", 590, 30, "W1"),
    ]
    rows = [
        _haul(
            today,
            number,
            plate,
            truck,
            "intake",
            minute,
            bales,
            {
                "town_id": town,
                "town": {"W1": "丁桥镇", "W2": "周王庙镇"}[town],
                "field_ids": [f"F{number}"],
                "growers": [growers[number % 3]],
                "bodies": [{"id": "B1", "name": "示例合作社"}],
                "yard_id": None,
            },
        )
        for number, (plate, truck, minute, bales, town) in enumerate(coming)
    ]
    out = _haul(
        today,
        20,
        "浙FB8808",
        "T4",
        "linehaul_out",
        600,
        72,
        {"town_id": None, "town": None, "field_ids": [], "growers": [], "bodies": [], "yard_id": yard_id},
    )
    out |= {"destination_id": "P1", "destination": "示例生物质电厂"}
    return [*rows, out, _haul(tomorrow, 30, "浙F12345", "T1", "intake", 500, 48, rows[0]["origin"])]


def _haul(
    day: str, number: int, plate: str, truck: str, purpose: str, minute: int, bales: int, origin: dict[str, Any]
) -> dict[str, Any]:
    return {
        "day": day,
        "haul_id": f"H{number}",
        "truck_id": truck,
        "plate": plate,
        "truck_class": "t96",
        "purpose": purpose,
        "arrive_min": minute,
        "bales": bales,
        "dry_t": bales * 0.11,
        "origin": origin,
        "destination_id": None,
        "destination": None,
    }


def stacks_of_a_day(today: str) -> list[dict[str, Any]]:
    """The stacks of that notebook: dry, damp and wet ones, full, begun and empty."""
    rows = [
        ("A1", 8, 8, 220, 150, 165),
        ("A2", 20, 8, 220, 216, 172),
        ("A3", 32, 8, 220, 0, None),
        ("B1", 8, 30, 160, 60, 205),
        ("B2", 20, 30, 160, 96, 212),
        ("C1", 36, 30, 40, 12, 268),
    ]
    return [
        {
            "id": f"S{number}",
            "name": name,
            "x_m": x,
            "y_m": y,
            "width_m": 8,
            "length_m": 16 if most > 50 else 8,
            "most_bales": most,
            "bales": bales,
            "kg": bales * 110,
            "moisture_permille": moisture,
            "oldest_on": today if bales else None,
            "ship_by": f"{today}T16:00:00.000Z" if name == "C1" else None,
            "covered": number % 2 == 0,
            "kind": {"A": "stack_freely", "B": "stack_apart", "C": "hot_lane"}[name[0]],
        }
        for number, (name, x, y, most, bales, moisture) in enumerate(rows, start=1)
    ]
