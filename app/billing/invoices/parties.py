"""Who papers about money name, checked before it is kept. Nothing here commits."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.invoices.models import InvoiceParty
from app.errors import NO_SUCH_THING, Refusal
from app.registry.models import EndUsePlant


def _credit_code(text: str) -> str:
    code: str = uscc.compact(text.upper())
    if not uscc.is_valid(code):
        raise ValueError("not a unified social credit code")
    return code


class Party(BaseModel):
    """A payer or payee as it is wished for; `plant_id` is empty for the franchise company."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    plant_id: str | None = None
    legal_name: str = Field(min_length=1, max_length=200)
    credit_code: Annotated[str, AfterValidator(_credit_code)]
    address: str = Field("", max_length=300)
    bank_name: str = Field("", max_length=200)
    bank_account: str = Field("", max_length=40, pattern=r"^[0-9 -]*$")


def keep_party(session: Session, party: Party) -> InvoiceParty:
    """Keep how a plant or the company is named from now on."""
    if party.plant_id is not None:
        known = session.scalar(select(EndUsePlant.id).where(EndUsePlant.plant_id == party.plant_id))
        if known is None:
            raise Refusal(NO_SUCH_THING, [party.plant_id])
    row = InvoiceParty(**party.model_dump(), entered_name=acting_now().name[:255])
    session.add(row)
    session.flush()
    said = {"plant": party.plant_id, "name": party.legal_name, "credit_code": party.credit_code}
    record(session, what="invoice_party.kept", subject_kind="invoice_party", subject_id=row.id, after=said)
    return row


def parties(session: Session) -> dict[str | None, InvoiceParty]:
    """Return how each plant (None: the company) is named now."""
    newest = select(func.max(InvoiceParty.id)).group_by(InvoiceParty.plant_id)
    return {it.plant_id: it for it in session.scalars(select(InvoiceParty).where(InvoiceParty.id.in_(newest)))}
