from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.database.engine import make_engine
from tests.app.subsidies.claim_book import ClaimBook, claim_book


@pytest.fixture
def book(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClaimBook]:
    engine = make_engine(database_url)
    with Session(engine) as session:
        yield claim_book(session, monkeypatch)
        session.rollback()
    engine.dispose()
