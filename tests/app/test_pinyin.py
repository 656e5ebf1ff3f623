"""Chinese names stand in the order of their sound, the same one wherever they are sorted."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.operations import open_account
from app.database.engine import db
from app.database.pinyin import READ_AS, pinyin_key, pinyin_order
from app.pages.formats import by_pinyin
from tests.conftest import EMAIL, PASSWORD

# aqiang, changan, haining, jikang, xiashi, yanguan, zhouwangmiao; ji and xia are rare characters.
SORTED = [
    "baler 1",
    "Baler 2",
    "\u963f\u5f3a",
    "\u957f\u5b89",
    "\u6d77\u5b81",
    "\u5d47\u5eb7",
    "\u7856\u77f3",
    "\u76d0\u5b98",
    "\u5468\u738b\u5e99",
]


@pytest.mark.parametrize("descending", [False, True])
def test_a_query_sorts_as_a_chinese_reader_looks_for_names(app: Flask, descending: bool) -> None:
    with app.app_context():
        for number, name in enumerate(reversed(SORTED)):
            open_account(db.session, email=f"{number}@tests.example", name=name, password=PASSWORD, role_names=[])
        order = pinyin_order(Account.name, descending=descending)
        found = db.session.scalars(select(Account.name).where(Account.email != EMAIL).order_by(order)).all()
    assert list(found) == (SORTED[::-1] if descending else SORTED)


def test_python_sorts_as_the_databases_do() -> None:
    assert by_pinyin(sorted(SORTED)) == SORTED
    assert pinyin_key(None) is None


def test_every_rare_character_is_read_as_one_that_is_ordered_by_sound() -> None:
    for rare, common in READ_AS.items():
        assert len(rare) == len(common) == 1
        first, _second = common.encode("gb2312")
        assert 0xB0 <= first <= 0xD7, (rare, common)
