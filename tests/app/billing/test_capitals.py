"""Amounts in capitals."""

from __future__ import annotations

import pytest

from app.billing.statements.capitals import in_capitals


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "\u96f6\u5143\u6574"),
        (5, "\u4f0d\u5206"),
        (50, "\u4f0d\u89d2"),
        (10_005, "\u58f9\u4f70\u5143\u96f6\u4f0d\u5206"),
        (13_0, "\u58f9\u5143\u53c1\u89d2"),
        (100_010_00, "\u58f9\u62fe\u4e07\u96f6\u58f9\u62fe\u5143\u6574"),
        (1_010_00, "\u58f9\u4edf\u96f6\u58f9\u62fe\u5143\u6574"),
        (10_005_50, "\u58f9\u4e07\u96f6\u4f0d\u5143\u4f0d\u89d2"),
        (100_000_005_00, "\u58f9\u4ebf\u96f6\u4f0d\u5143\u6574"),
        (
            1_234_567_89,
            "\u58f9\u4f70\u8d30\u62fe\u53c1\u4e07\u8086\u4edf\u4f0d\u4f70"
            "\u9646\u62fe\u67d2\u5143\u634c\u89d2\u7396\u5206",
        ),
        (-3_20, "\u8d1f\u53c1\u5143\u8d30\u89d2"),
    ],
)
def test_an_amount_is_written_out(fen: int, said: str) -> None:
    assert in_capitals(fen) == said


def test_what_there_are_no_words_for_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        in_capitals(10**18)
