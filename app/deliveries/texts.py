"""What states and steps of loads, disputes and refusals are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.deliveries.dispute_states import DisputeState
from app.deliveries.models import Basis, DisputeStep, Hold, HoldAnswer, RefusalStep, Side
from app.deliveries.queries import DeliveryState
from app.deliveries.refusal_states import RefusalState, Standing
from app.deliveries.weight_files import LineKind
from app.texts import _

STATE_TEXTS: Final[Mapping[str, str]] = {
    DeliveryState.UNDER_WAY: _("plant's weight missing"),
    DeliveryState.WEIGHED: _("weighed"),
    DeliveryState.DISPUTED: _("weight disputed"),
    DeliveryState.REFUSED: _("refused by the plant"),
    DeliveryState.VOID: _("void"),
}
STATE_BADGES: Final[Mapping[str, str]] = {
    DeliveryState.UNDER_WAY: "waiting",
    DeliveryState.WEIGHED: "good",
    DeliveryState.DISPUTED: "bad",
    DeliveryState.REFUSED: "bad",
    DeliveryState.VOID: "ended",
}
DISPUTE_TEXTS: Final[Mapping[str, str]] = {
    DisputeState.OPEN: _("waits for an answer"),
    DisputeState.ANSWERED: _("answered, to be settled"),
    DisputeState.SETTLED: _("settled on a weight"),
    DisputeState.WITHDRAWN: _("withdrawn"),
    DisputeState.CORRECTED: _("over: a weight was corrected"),
}
DISPUTE_BADGES: Final[Mapping[str, str]] = {
    DisputeState.OPEN: "bad",
    DisputeState.ANSWERED: "waiting",
    DisputeState.SETTLED: "good",
    DisputeState.WITHDRAWN: "ended",
    DisputeState.CORRECTED: "ended",
}
STEP_TEXTS: Final[Mapping[str, str]] = {
    DisputeStep.OPENED: _("disputed the weight"),
    DisputeStep.ANSWERED: _("answered the dispute"),
    DisputeStep.PROPOSED: _("proposed to settle"),
    DisputeStep.DECLINED: _("declined the proposal"),
    DisputeStep.AGREED: _("agreed: settled"),
    DisputeStep.WITHDRAWN: _("withdrew the dispute"),
}
BASIS_TEXTS: Final[Mapping[str, str]] = {
    Basis.YARD: _("the yard's weight"),
    Basis.PLANT: _("the plant's weight"),
    Basis.MEAN: _("the mean of both"),
    Basis.REWEIGHED: _("a weight taken anew"),
}
SIDE_TEXTS: Final[Mapping[str, str]] = {Side.COMPANY: _("the franchise company"), Side.PLANT: _("the plant")}
REFUSAL_TEXTS: Final[Mapping[str, str]] = {
    RefusalState.OPEN: _("to be mended"),
    RefusalState.MENDED: _("mended: the plant took the straw"),
    RefusalState.NOT_MENDED: _("not mended in time"),
    RefusalState.WARNED: _("plant warned"),
    RefusalState.STRIKE_PROPOSED: _("striking off proposed"),
    RefusalState.STRUCK_OFF: _("plant struck off"),
    RefusalState.TAKEN_BACK: _("plant taken back"),
    RefusalState.WITHDRAWN: _("entered by mistake"),
}
REFUSAL_BADGES: Final[Mapping[str, str]] = {
    RefusalState.OPEN: "waiting",
    RefusalState.MENDED: "good",
    RefusalState.NOT_MENDED: "bad",
    RefusalState.WARNED: "bad",
    RefusalState.STRIKE_PROPOSED: "bad",
    RefusalState.STRUCK_OFF: "bad",
    RefusalState.TAKEN_BACK: "ended",
    RefusalState.WITHDRAWN: "ended",
}
REFUSAL_STEP_TEXTS: Final[Mapping[str, str]] = {
    RefusalStep.MENDED: _("mended: the plant took the straw"),
    RefusalStep.NOT_MENDED: _("not mended in time"),
    RefusalStep.WARNED: _("warned the plant"),
    RefusalStep.STRIKE_PROPOSED: _("proposed to strike the plant off"),
    RefusalStep.STRIKE_DECLINED: _("declined to strike the plant off"),
    RefusalStep.STRUCK_OFF: _("agreed: the plant is struck off"),
    RefusalStep.TAKEN_BACK: _("took the plant back: it is registered again"),
    RefusalStep.WITHDRAWN: _("entered by mistake"),
}
STANDING_TEXTS: Final[Mapping[str, str]] = {
    Standing.REGISTERED: _("registered"),
    Standing.WARNED: _("warned"),
    Standing.STRUCK_OFF: _("struck off"),
}
STANDING_BADGES: Final[Mapping[str, str]] = {
    Standing.REGISTERED: "good",
    Standing.WARNED: "waiting",
    Standing.STRUCK_OFF: "bad",
}
LINE_TEXTS: Final[Mapping[str, str]] = {
    LineKind.NEW: _("new weight"),
    LineKind.CORRECTION: _("correction"),
    LineKind.KNOWN: _("known already"),
}
HOLD_TEXTS: Final[Mapping[str, str]] = {
    Hold.STRUCK_OFF: _("left for a plant that was struck off"),
    Hold.YARD_NOT_FOR_TRADE: _("the yard's ticket is not for settlement"),
    Hold.PLANT_NOT_FOR_TRADE: _("the plant's ticket is not for settlement"),
    Hold.NO_TOWN: _("straight from the field, its town is not known"),
}
HOLD_ANSWER_TEXTS: Final[Mapping[str, str]] = {
    HoldAnswer.CHARGED: _("is charged all the same"),
    HoldAnswer.LEFT_OUT: _("is left out: it costs nothing"),
    HoldAnswer.TOWN_NAMED: _("its town was named"),
}
