"""R3: the server is killed while tablets write, again and again."""

from __future__ import annotations

import random

import pytest

from tests.chaos.conftest import Gate, Report, size
from tests.chaos.gate_laws import check_all_came, check_laws
from tests.chaos.gate_load import RECORDS_OF_TICKET, send_until_killed, send_waiting
from tests.chaos.gate_servers import WarmServers

pytestmark = pytest.mark.slow
# The whole ledger is computed again after so many kills; what is stored is compared after each.
WHOLE_EVERY = 25


def test_r3_what_was_acknowledged_outlives_a_server_that_is_killed(
    gate: Gate, warm: WarmServers, report: Report
) -> None:
    chance = random.Random(20261112)
    kills = size(4, 30, 1_000) if gate.url.startswith("sqlite") else size(2, 10, 300)
    not_told = 0
    for kill in range(kills):
        with warm.served(gate.url, gate.instance) as server:
            send_until_killed(gate.tablets, server.port, server.kill, tickets=chance.randint(1, 24))
            assert [tablet.faults for tablet in gate.tablets if tablet.faults] == [], server.said()
        stored = check_laws(gate.url, gate.tablets, whole=kill % WHOLE_EVERY == 0)
        acknowledged = sum(len(tablet.acknowledged) for tablet in gate.tablets)
        not_told += max(0, stored.records - acknowledged) // RECORDS_OF_TICKET
    waiting = sum(len(tablet.waiting) for tablet in gate.tablets)
    with warm.served(gate.url, gate.instance) as server:
        send_waiting(gate.tablets, server.port)
    found = check_all_came(gate.url, gate.tablets)
    report(kills=kills, tickets=found.tickets, stored_and_not_told=not_told, sent_again_at_the_end=waiting)
