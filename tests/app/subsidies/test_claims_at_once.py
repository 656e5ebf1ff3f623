"""Two people confirm claims for the same tickets at the same moment: one gets them, whoever was faster."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.database.engine import make_engine
from app.errors import NOTHING_TO_CLAIM, Refusal
from app.subsidies.models import ClaimedTicket, ClaimNumber
from app.subsidies.operations import confirm_claim, draft_claim
from tests.app.subsidies.claim_book import FIRST_DAY, TOWN, claim_book, person

TICKETS, CLAIMS = 40, 6


def test_tickets_are_held_once_and_numbers_have_no_gaps(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine(database_url)
    with Session(engine) as session:
        book = claim_book(session, monkeypatch)
        for _number in range(TICKETS):
            book.took_in(1_000)
        with acting_as(person(1)):
            claims = [draft_claim(session, TOWN, FIRST_DAY, FIRST_DAY).id for _number in range(CLAIMS)]
        session.commit()
    begin = Barrier(CLAIMS)

    def confirmed(claim_id: int) -> int:
        begin.wait()
        with Session(engine) as session, acting_as(person(claim_id + 100)):
            try:
                kept = confirm_claim(session, claim_id)
                count = len([it for body in json.loads(kept.text)["bodies"] for it in body["tickets"]])
                session.commit()
            except Refusal as refused:
                return 0 if refused.kind is NOTHING_TO_CLAIM else -1
            return count

    with ThreadPoolExecutor(CLAIMS) as pool:
        counts = sorted(pool.map(confirmed, claims))
    assert counts == [0] * (CLAIMS - 1) + [TICKETS]
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(ClaimedTicket)) == TICKETS
        assert session.scalars(select(ClaimNumber.year_number)).all() == [1]
    engine.dispose()
