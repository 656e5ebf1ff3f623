"""A tablet's line to the server that fails in every way that a line can: before anything has come, amid the request,
after the server has done its work. What was answered is known only when the answer has come whole."""

from __future__ import annotations

import http.client
import json
import random
import socket
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.clock import now
from app.intake.ids import new_record_id
from tests.chaos.day_books import Outgoing
from tests.chaos.gate_load import LoadTablet

MOST_RECORDS = 50


@dataclass
class FlappingLine:
    """`seen`: how often each thing happened. The shares are of all sendings."""

    port: int
    chance: random.Random
    cut_before: float = 0.15
    cut_amid: float = 0.1
    cut_after: float = 0.2
    repeated: float = 0.15
    seen: Counter[str] = field(default_factory=Counter)

    def send_some(self, tablet: LoadTablet, outbox: list[Outgoing]) -> None:
        """One sending of a part of what waits, which the server may or may not learn of. What it acknowledged is taken
        out of `outbox`; raises AssertionError where it refused something."""
        some = outbox[: self.chance.randint(1, MOST_RECORDS)]
        fate = self.chance.random()
        if fate < self.cut_before:
            self.seen["cut_before"] += 1
            return
        request = self._request(tablet, some)
        if fate < self.cut_before + self.cut_amid:
            self.seen["cut_amid"] += 1
            self._send_part(request, self.chance.randrange(1, len(request)))
            return
        if fate < self.cut_before + self.cut_amid + self.cut_after:
            self.seen["answer_lost"] += 1
            self._send_and_wait(request)
            return
        if self.chance.random() < self.repeated:
            self.seen["sent_twice"] += 1
            self._send_and_wait(request)
        self._note(self._send_and_wait(request), outbox)

    def _note(self, said: dict[str, Any], outbox: list[Outgoing]) -> None:
        done = set()
        for result in said["results"]:
            assert result["status"] in (200, 201, 424), result
            self.seen[f"status_{result['status']}"] += 1
            if result["status"] != 424:
                done.add(result["id"])
        outbox[:] = [each for each in outbox if each.id not in done]

    def _request(self, tablet: LoadTablet, some: list[Outgoing]) -> bytes:
        body = tablet.batch([each.text for each in some], new_record_id(now()))
        head = (
            "POST /data/tablet/records HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Authorization: {tablet.header}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _send_part(self, request: bytes, until: int) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.sendall(request[:until])

    def _send_and_wait(self, request: bytes) -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.sendall(request)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            said = answer.read()
            answer.close()
        assert answer.status == 200, (answer.status, said[:500])
        return dict(json.loads(said))


def agree_to_void(port: int, tablet: LoadTablet, ticket_id: str, pin: str) -> None:
    """The second person of the yard agrees, with their PIN."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"ticket_id": ticket_id, "account_id": tablet.second_person_id, "pin": pin})
    headers = {"Authorization": tablet.header, "Content-Type": "application/json"}
    connection.request("POST", "/data/tablet/voids", body, headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    assert answer.status == 200, said
