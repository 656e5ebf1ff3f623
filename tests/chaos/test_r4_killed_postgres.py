"""R4: PostgreSQL itself is killed while tablets write, with all of its processes, again and again."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from tests.chaos.conftest import Report, size
from tests.chaos.gate_laws import check_all_came, check_laws
from tests.chaos.gate_load import prepared, send_until_killed, send_waiting
from tests.chaos.gate_servers import OwnPostgres, WarmServers

pytestmark = pytest.mark.slow
WHOLE_EVERY = 25


def test_r4_what_was_acknowledged_outlives_a_postgresql_that_is_killed(
    hashing_app: Flask, syncing_postgres: OwnPostgres, warm: WarmServers, tmp_path: Path, report: Report
) -> None:
    """The server stays: it finds the database again by itself, and tells tablets to come later until then."""
    chance = random.Random(20261112)
    url = syncing_postgres.url()
    tablets = prepared(hashing_app, url, yards=3, tablets=16)
    kills, recovered_s, told = size(3, 10, 200), [], Counter[str]()
    with warm.served(url, tmp_path) as server:
        for kill in range(kills):
            send_until_killed(tablets, server.port, syncing_postgres.kill, tickets=chance.randint(1, 24))
            for tablet in tablets:
                # without its database the server says that it cannot just now, and acknowledges nothing
                assert all(fault.startswith("503") for fault in tablet.faults), (tablet.faults, server.said())
                told.update(fault[:3] for fault in tablet.faults)
                tablet.faults.clear()
            recovered_s.append(syncing_postgres.start())
            check_laws(url, tablets, whole=kill % WHOLE_EVERY == 0)
        send_waiting(tablets, server.port)
    found = check_all_came(url, tablets)
    report(
        kills=kills,
        tickets=found.tickets,
        slowest_recovery_s=round(max(recovered_s), 2),
        told_without_database=dict(told),
        usual_recovery_s=round(sorted(recovered_s)[kills // 2], 2),
    )
