"""How a town divides what it was paid among its collecting bodies: by its formula, previewed, then decided once.
Nothing here commits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import business_day
from app.errors import (
    BAD_FORMULA,
    FORMULA_TOO_EARLY,
    NO_FORMULA,
    NO_SUCH_CLAIM,
    NOT_TO_DISTRIBUTE,
    REASON_NEEDED,
    Refusal,
)
from app.subsidies.bases import STRAW
from app.subsidies.contents import content_hash, content_text
from app.subsidies.inspections import fields_by_id, newest_inspections
from app.subsidies.models import (
    ClaimDistribution,
    ClaimEvent,
    ClaimStep,
    DistributionFormula,
    FieldBonus,
    StubbleInspection,
    SubsidyClaim,
)
from app.subsidies.queries import said_of, whole_claim
from yard_rules.distribution import BonusPer, Collected, Formula, distribution, is_cut
from yard_rules.rulebook import rulebook
from yard_rules.shares import split

_FORMAT: Final = 1
_MOST_FEN: Final = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaWish:
    """What a town wishes: yuan for each tonne of dry straw, and for each mu or tonne off fields whose stubble was
    removed."""

    valid_from: date
    base_fen_per_t: int
    bonus_per: BonusPer
    bonus_fen: int
    reason: str


def set_formula(session: Session, town_id: str, wish: FormulaWish) -> DistributionFormula:
    """Let the town divide by this formula from a day on; raises Refusal for amounts that cannot be, no reason, or
    days that were paid while another formula held: collectors know by what they collected."""
    if not wish.reason.strip():
        raise Refusal(REASON_NEEDED)
    if not all(0 <= fen <= _MOST_FEN for fen in (wish.base_fen_per_t, wish.bonus_fen)):
        raise Refusal(BAD_FORMULA)
    paid = _paid_until(session, town_id)
    if paid is not None and wish.valid_from <= paid and formula_on(session, town_id, paid) is not None:
        raise Refusal(FORMULA_TOO_EARLY, [paid.isoformat()])
    actor = acting_now()
    formula = DistributionFormula(
        town_id=town_id,
        valid_from=wish.valid_from,
        base_fen_per_t=wish.base_fen_per_t,
        bonus_per=wish.bonus_per.value,
        bonus_fen=wish.bonus_fen,
        reason=wish.reason.strip()[:500],
        set_by=actor.account_id,
        set_name=actor.name[:255],
    )
    session.add(formula)
    session.flush()
    record(session, what="formula.set", subject_kind="town", subject_id=town_id, after=_formula_said(formula))
    return formula


def _paid_until(session: Session, town_id: str) -> date | None:
    """The last day of straw for which the town was paid; None before the first payment."""
    paid = select(ClaimEvent.claim_id).where(ClaimEvent.step == ClaimStep.PAID)
    return session.scalar(
        select(func.max(SubsidyClaim.last_day)).where(
            SubsidyClaim.town_id == town_id, SubsidyClaim.stream == STRAW, SubsidyClaim.id.in_(paid)
        )
    )


def formulas(session: Session, towns: Sequence[str] | frozenset[str] | None) -> Sequence[DistributionFormula]:
    """Return the formulas of these towns (None: of all), the newest first."""
    chosen = select(DistributionFormula).order_by(
        DistributionFormula.town_id, DistributionFormula.valid_from.desc(), DistributionFormula.id.desc()
    )
    if towns is not None:
        chosen = chosen.where(DistributionFormula.town_id.in_(towns))
    return session.scalars(chosen).all()


def formula_on(session: Session, town_id: str, day: date) -> DistributionFormula | None:
    """Return the town's formula of that day."""
    held = [it for it in formulas(session, [town_id]) if it.valid_from <= day]
    return held[0] if held else None


def distribution_content(session: Session, claim: SubsidyClaim, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return who of the town would get what of what a claim says, by the formula of its last day; raises Refusal where
    the town has none, and for a claim of what points bought: of that nothing goes to collecting bodies."""
    if claim.stream != STRAW:
        raise Refusal(NO_SUCH_CLAIM, [str(claim.id)])
    row = formula_on(session, claim.town_id, claim.last_day)
    if row is None:
        raise Refusal(NO_FORMULA)
    formula = Formula(
        base_fen_per_t=row.base_fen_per_t, bonus_per=BonusPer(row.bonus_per), bonus_fen=row.bonus_fen
    )  # fmt: skip
    fields, removed_kg = _removed(session, said, formula.bonus_per is BonusPer.MU)
    bodies = said["bodies"]
    collected = [
        Collected(
            dry_kg=body["dry_kg"],
            removed_centimu=sum(it["parts"].get(body["body_id"] or "", 0) for it in fields),
            removed_kg=removed_kg[body["body_id"] or ""],
        )
        for body in bodies
    ]
    amount_fen = sum(body["amount_fen"] for body in bodies)
    parts = distribution(amount_fen, formula, collected)
    taken_back: Counter[str] = Counter()
    for it in said["corrections"]:
        taken_back[it["body_id"] or ""] += it["amount_fen"]
    lines = [
        {
            "body_id": body["body_id"],
            "name": body["name"],
            "dry_kg": body["dry_kg"],
            "removed_centimu": known.removed_centimu,
            "removed_kg": known.removed_kg,
            "base_fen": part.base_fen,
            "bonus_fen": part.bonus_fen,
            "rest_fen": part.rest_fen,
            "taken_back_fen": taken_back.pop(body["body_id"] or "", 0),
        }
        for body, known, part in zip(bodies, collected, parts, strict=True)
    ]
    lines += [_only_taken_back(said, body_id, fen) for body_id, fen in sorted(taken_back.items())]
    for line in lines:
        line["amount_fen"] = sum(line[name] for name in ("base_fen", "bonus_fen", "rest_fen", "taken_back_fen"))
    return {
        "format": _FORMAT,
        "claim": said.get("number"),
        "town_id": claim.town_id,
        "town_name": said["town_name"],
        "formula": _formula_said(row) | {"id": row.id},
        "is_cut": is_cut(amount_fen, formula, collected),
        "bodies": lines,
        "fields": fields,
        "amount_fen": sum(line["amount_fen"] for line in lines),
    }


def decide_distribution(session: Session, claim_id: int) -> ClaimDistribution:
    """Keep the distribution of a paid claim as it shows now, for good; raises Refusal where it was not paid or is
    distributed already."""
    claim = session.get(SubsidyClaim, claim_id, with_for_update=True)
    whole = whole_claim(session, claim_id, None)
    if claim is None or whole.state is not ClaimStep.PAID or session.get(ClaimDistribution, claim_id) is not None:
        raise Refusal(NOT_TO_DISTRIBUTE)
    content = distribution_content(session, claim, said_of(session, whole))
    assert content["amount_fen"] == whole.texts[-1].amount_fen, "a distribution is exactly what was paid"
    text = content_text(content)
    actor = acting_now()
    kept = ClaimDistribution(
        claim_id=claim_id,
        formula_id=content["formula"]["id"],
        text=text,
        text_hash=content_hash(text),
        decided_by=actor.account_id,
        decided_name=actor.name[:255],
    )
    session.add(kept)
    session.flush()
    session.add_all(
        FieldBonus(
            inspection_id=it["inspection_id"],
            claim_id=claim_id,
            field_id=it["field_id"],
            inspected_on=date.fromisoformat(it["inspected_on"]),
        )
        for it in content["fields"]
        if it["centimu"]
    )
    session.flush()
    record(
        session,
        what="claim.distributed",
        subject_kind="claim",
        subject_id=claim_id,
        after={"number": whole.number, "amount_fen": content["amount_fen"], "digest": kept.text_hash},
    )
    return kept


def _removed(
    session: Session, said: Mapping[str, Any], is_by_area: bool
) -> tuple[list[dict[str, Any]], defaultdict[str, int]]:
    """The fields whose stubble was removed, each with the hundredths of a mu of it that go to each body, and the dry
    straw that came off them, by body. A ticket of several fields counts alike for each; an area goes to the bodies by
    what they brought off it, and once a harvest."""
    tickets = [(body["body_id"] or "", it) for body in said["bodies"] for it in body["tickets"]]
    kg_of: dict[str, Counter[str]] = defaultdict(Counter)
    by_body: defaultdict[str, int] = defaultdict(int)
    within = timedelta(days=rulebook("subsidies").whole("stubble_inspected_within_d", business_day()))
    newest = newest_inspections(
        session,
        {field_id for _body, it in tickets for field_id in it["field_ids"]},
        until=date.fromisoformat(said["last_day"]) + within,
    )
    for body_id, ticket in tickets:
        day = date.fromisoformat(ticket["day"])
        for field_id, kg in _kg_by_field(ticket):
            seen = newest.get(field_id)
            if seen is not None and seen.is_removed and abs(seen.inspected_on - day) <= within:
                kg_of[field_id][body_id] += kg
                by_body[body_id] += kg
    areas = fields_by_id(session, kg_of)
    rewarded = _rewarded(session, [newest[field_id] for field_id in kg_of])
    fields = []
    for field_id in sorted(kg_of):
        is_counted = is_by_area and field_id in areas and field_id not in rewarded
        centimu = _centimu(areas[field_id].area_mu) if is_counted else 0
        bodies = sorted(kg_of[field_id])
        parts = dict(zip(bodies, split(centimu, [kg_of[field_id][body] for body in bodies]), strict=True))
        fields.append(
            {
                "field_id": field_id,
                "grower": areas[field_id].grower if field_id in areas else None,
                "inspection_id": newest[field_id].id,
                "inspected_on": newest[field_id].inspected_on.isoformat(),
                "centimu": centimu,
                "is_rewarded_before": field_id in rewarded,
                "parts": parts,
            }
        )
    return fields, by_body


def _kg_by_field(ticket: Mapping[str, Any]) -> list[tuple[str, int]]:
    fields = ticket["field_ids"]
    return list(zip(fields, split(ticket["dry_kg"], [1] * len(fields)), strict=True)) if fields else []


def _rewarded(session: Session, inspections: Sequence[StubbleInspection]) -> set[str]:
    """The fields whose bonus by area was paid for this harvest already."""
    again = timedelta(days=rulebook("subsidies").whole("stubble_bonus_again_d", business_day()))
    days = {it.field_id: it.inspected_on for it in inspections}
    rows = session.scalars(select(FieldBonus).where(FieldBonus.field_id.in_(sorted(days))))
    return {row.field_id for row in rows if abs(row.inspected_on - days[row.field_id]) < again}


def _centimu(area_mu: float) -> int:
    return int((Decimal(str(area_mu)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _only_taken_back(said: Mapping[str, Any], body_id: str, fen: int) -> dict[str, Any]:
    name = next(it["name"] for it in said["corrections"] if (it["body_id"] or "") == body_id)
    return {
        "body_id": body_id or None,
        "name": name,
        "dry_kg": 0,
        "removed_centimu": 0,
        "removed_kg": 0,
        "base_fen": 0,
        "bonus_fen": 0,
        "rest_fen": 0,
        "taken_back_fen": fen,
    }


def _formula_said(row: DistributionFormula) -> dict[str, Any]:
    return {
        "valid_from": row.valid_from.isoformat(),
        "base_fen_per_t": row.base_fen_per_t,
        "bonus_per": row.bonus_per,
        "bonus_fen": row.bonus_fen,
        "reason": row.reason,
    }
