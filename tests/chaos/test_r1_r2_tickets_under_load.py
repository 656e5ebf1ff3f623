"""R1, R2: sixteen tablets send whole tickets at once, some of them twice or in halves; nothing is lost or doubled."""

from __future__ import annotations

import threading
import time

import pytest

from tests.chaos.conftest import Gate, Report, size
from tests.chaos.gate_laws import check_all_came
from tests.chaos.gate_load import send_until
from tests.chaos.gate_servers import WarmServers

pytestmark = pytest.mark.slow


def test_r1_r2_sixteen_tablets_at_once_lose_and_double_nothing(gate: Gate, warm: WarmServers, report: Report) -> None:
    with warm.served(gate.url, gate.instance) as server:
        warm_up, stop = threading.Event(), threading.Event()
        # What grows in the first minute is what is read once.
        send_until(gate.tablets, server.port, warm_up, seconds=size(1, 5, 60))
        memory_before = server.memory_bytes()
        for tablet in gate.tablets:
            tablet.seconds.clear()
        before, started = sum(len(tablet.made) for tablet in gate.tablets), time.perf_counter()
        send_until(gate.tablets, server.port, stop, seconds=size(3, 20, 600))
        took = time.perf_counter() - started
        assert [tablet.faults for tablet in gate.tablets if tablet.faults] == [], server.said()
        memory_after = server.memory_bytes()
    found = check_all_came(gate.url, gate.tablets)
    seconds = sorted(second for tablet in gate.tablets for second in tablet.seconds)
    report(
        tickets=found.tickets,
        tickets_per_s=round((found.tickets - before) / took),
        p50_ms=round(1_000 * seconds[len(seconds) // 2]),
        p99_ms=round(1_000 * seconds[int(len(seconds) * 0.99)]),
        memory_growth_percent=round(100 * (memory_after / memory_before - 1)),
    )
