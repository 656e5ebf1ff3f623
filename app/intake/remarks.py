"""What is remarked of tickets, and which remarks make one unfit for settlement."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RemarkKind(StrEnum):
    TYPED_WEIGHT = "typed_weight"
    TYPED_WITHOUT_SCALE = "typed_without_scale"
    ESTIMATED = "estimated"
    ESTIMATE_ODD = "estimate_odd"
    ESTIMATED_BESIDE_SCALE = "estimated_beside_scale"
    SCALE_LAPSED = "scale_lapsed"
    AGENT_REVOKED = "agent_revoked"
    OFF_DIVISION = "off_division"
    READING_OLD = "reading_old"
    READING_OFF_DIVISION = "reading_off_division"
    ABOVE_CAPACITY = "above_capacity"
    CERTIFICATE_UNNUMBERED = "certificate_unnumbered"
    UNKNOWN_MATERIAL = "unknown_material"
    UNKNOWN_BALE_KIND = "unknown_bale_kind"
    UNKNOWN_TOWN = "unknown_town"
    UNKNOWN_FIELD = "unknown_field"
    NO_BALES = "no_bales"
    OVERLOAD = "overload"
    OVERLOAD_BLOCK = "overload_block"
    OVERLOAD_PERHAPS = "overload_perhaps"
    DOUBLE_WEIGHING = "double_weighing"
    TARE_DRIFT = "tare_drift"
    TARE_ALARM = "tare_alarm"
    TARE_DOUBTFUL = "tare_doubtful"
    PASSES_TURNED = "passes_turned"
    STALE_PAIR = "stale_pair"
    NO_PHOTO = "no_photo"
    NO_SAMPLE = "no_sample"
    SAMPLE_AFTER_CLOSING = "sample_after_closing"
    FEW_READINGS = "few_readings"
    ODD_READINGS = "odd_readings"
    METER_LAPSED = "meter_lapsed"
    BALES_DIFFER = "bales_differ"
    PLATES_DIFFER = "plates_differ"
    PLATE_OF_REPLACED = "plate_of_replaced"
    NOT_FILED = "not_filed"
    NOT_APPROVED = "not_approved"
    CLOCK_OFF = "clock_off"
    LATE = "late"
    NO_OPERATOR = "no_operator"
    OPERATOR_ELSEWHERE = "operator_elsewhere"
    NUMBER_TWICE = "number_twice"
    STACK_OVERDRAWN = "stack_overdrawn"
    STACK_WITHDRAWN = "stack_withdrawn"
    STACKS_DIFFER = "stacks_differ"
    COUNT_DIFFERS = "count_differs"
    DAY_NOT_CLOSED = "day_not_closed"
    WET_BALES = "wet_bales"
    TOO_WET = "too_wet"
    WET_ON_DRY = "wet_on_dry"
    SUSPENDED = "suspended"
    TAKEN_THOUGH_CLOSED = "taken_though_closed"
    VEHICLE_UNSAFE = "vehicle_unsafe"
    PLANT_STRUCK_OFF = "plant_struck_off"
    NOT_SIGNED = "not_signed"
    NOT_BOUGHT_HERE = "not_bought_here"
    POINT_NOT_FILED = "point_not_filed"
    DOUBLE_PURCHASE = "double_purchase"
    UNUSUAL_WEIGHT = "unusual_weight"


# With one of these a ticket is not for settlement until somebody has voided and replaced it, whenever the remark came.
NOT_FOR_TRADE: Final = frozenset(
    {
        RemarkKind.SCALE_LAPSED,
        RemarkKind.CERTIFICATE_UNNUMBERED,
        RemarkKind.TYPED_WITHOUT_SCALE,
        RemarkKind.ESTIMATE_ODD,
        RemarkKind.TARE_DOUBTFUL,
        RemarkKind.PASSES_TURNED,
        RemarkKind.NO_SAMPLE,
        RemarkKind.TOO_WET,
        RemarkKind.NOT_APPROVED,
        RemarkKind.OVERLOAD_BLOCK,
        RemarkKind.READING_OLD,
        RemarkKind.READING_OFF_DIVISION,
        RemarkKind.ABOVE_CAPACITY,
        RemarkKind.UNKNOWN_MATERIAL,
        RemarkKind.UNKNOWN_BALE_KIND,
        RemarkKind.UNKNOWN_TOWN,
        RemarkKind.UNKNOWN_FIELD,
        RemarkKind.NO_BALES,
        RemarkKind.NOT_SIGNED,
        RemarkKind.NOT_BOUGHT_HERE,
    }
)
