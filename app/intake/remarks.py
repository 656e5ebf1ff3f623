"""What is remarked of tickets, and which remarks make one unfit for settlement."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RemarkKind(StrEnum):
    TYPED_WEIGHT = "typed_weight"
    ESTIMATED = "estimated"
    SCALE_LAPSED = "scale_lapsed"
    OFF_DIVISION = "off_division"
    READING_OLD = "reading_old"
    OVERLOAD = "overload"
    OVERLOAD_BLOCK = "overload_block"
    DOUBLE_WEIGHING = "double_weighing"
    TARE_DRIFT = "tare_drift"
    TARE_ALARM = "tare_alarm"
    TARE_EXPIRED = "tare_expired"
    STALE_PAIR = "stale_pair"
    NO_SAMPLE = "no_sample"
    SAMPLE_AFTER_CLOSING = "sample_after_closing"
    FEW_READINGS = "few_readings"
    ODD_READINGS = "odd_readings"
    METER_LAPSED = "meter_lapsed"
    BALES_DIFFER = "bales_differ"
    PLATES_DIFFER = "plates_differ"
    NOT_FILED = "not_filed"
    NOT_APPROVED = "not_approved"
    CLOCK_OFF = "clock_off"
    LATE = "late"
    OPERATOR_ELSEWHERE = "operator_elsewhere"
    NUMBER_TWICE = "number_twice"
    STACK_OVERDRAWN = "stack_overdrawn"
    STACK_WITHDRAWN = "stack_withdrawn"
    STACKS_DIFFER = "stacks_differ"
    COUNT_DIFFERS = "count_differs"
    DAY_NOT_CLOSED = "day_not_closed"
    WET_BALES = "wet_bales"


# With one of these a ticket is not for settlement until somebody has voided and replaced it.
NOT_FOR_TRADE: Final = frozenset(
    {
        RemarkKind.SCALE_LAPSED,
        RemarkKind.TARE_EXPIRED,
        RemarkKind.NO_SAMPLE,
        RemarkKind.NOT_APPROVED,
    }
)
