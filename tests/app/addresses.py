"""Every address of the app, with things in it that exist."""

from __future__ import annotations

from flask import Flask

from tests.app.day_plan import PlannedTown

NO_SUCH_TOKEN, NO_SUCH_DIGEST, NO_SUCH_ID = "no-such-token", "0" * 64, 999_999_999


def every_address(app: Flask, town: PlannedTown) -> list[tuple[str, str, str]]:
    """Every (endpoint, method, address) there is, its parts filled in with things that exist."""
    parts = {
        "text": town.day.isoformat(),
        "truck_id": town.plan.truck_stops[0].truck_id,
        "filename": "css/base.css",
        "language": "en",
        "account_id": 1,
        "key": "yards",
        "thing_id": town.scenario.yards[0].yard_id,
        "import_id": 1,
        "token": NO_SUCH_TOKEN,
        "approval_id": approval_id(town),
        "body_id": NO_SUCH_TOKEN,
        "device_id": 1,
        "code": NO_SUCH_TOKEN,
        "yard_id": town.scenario.yards[0].yard_id,
        # of the stacks that a yard begins with
        "stack_id": f"{town.scenario.yards[0].yard_id}-01",
        "month": f"{town.day:%Y-%m}",
        "number": NO_SUCH_TOKEN,
        "ticket_id": NO_SUCH_TOKEN,
        "scale_id": f"{town.scenario.yards[0].yard_id}-1",
        "record_id": 1,
        "sha256": NO_SUCH_DIGEST,
        "action_id": NO_SUCH_TOKEN,
        "suspension_id": NO_SUCH_TOKEN,
        "list_kind": "daily",
        "alarm_id": 1,
        "gateway_id": 1,
        "point_id": 1,
        "shift_id": 1,
        "term_id": NO_SUCH_ID,
        "entry_id": NO_SUCH_TOKEN,
        "claim_id": NO_SUCH_ID,
        "field_id": town.scenario.fields[0].field_id,
        "inspection_id": NO_SUCH_TOKEN,
        "version": 1,
        "answer": "agree",
        "delivery_id": NO_SUCH_TOKEN,
        "refusal_id": NO_SUCH_TOKEN,
        "suspicion_id": NO_SUCH_ID,
        "line_id": NO_SUCH_ID,
        "wish_id": NO_SUCH_TOKEN,
        "reminder_id": NO_SUCH_ID,
        "plant_id": NO_SUCH_TOKEN,
    }
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [
            (rule.endpoint, method, adapter.build(rule.endpoint, {name: parts[name] for name in rule.arguments}))
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]


def approval_id(town: PlannedTown) -> str:
    """The code that an approval of the scenario has in the register."""
    haul = town.scenario.direct_hauls[0]
    return f"{haul.town_id}-{haul.plant_id}-{haul.valid_from:%Y%m%d}"
