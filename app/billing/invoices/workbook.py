"""The data of an invoice as a workbook for the tax office's platform."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.billing.invoices.operations import InvoiceData
from app.billing.statements.capitals import in_capitals
from app.file_exchange.columns import Table, read_tables
from app.file_exchange.kinds import Value
from app.file_exchange.workbooks_out import write_workbook

_TABLES: Final[Mapping[str, Table]] = read_tables(Path(__file__).with_name("invoice_columns.toml"))
# The platform reads Chinese, whoever sends the file.
_LANGUAGE: Final = "zh"


def invoice_workbook(data: InvoiceData) -> bytes:
    """Return the workbook: the invoice, its lines, and what the columns mean. Raises ValueError where one of the
    parties is not known."""
    if data.seller is None or data.buyer is None:
        raise ValueError(data.statement_number)
    invoice: dict[str, Value] = {
        "serial": data.statement_number,
        "seller_name": data.seller.legal_name,
        "seller_code": data.seller.credit_code,
        "buyer_name": data.buyer.legal_name,
        "buyer_code": data.buyer.credit_code,
        "buyer_address": data.buyer.address or None,
        "buyer_bank": data.buyer.bank_name or None,
        "buyer_account": data.buyer.bank_account or None,
        "amount_yuan": data.amount_fen / 100,
        "capitals": in_capitals(data.amount_fen),
        "remark": " ".join([data.statement_number, data.month, *(it.number for it in data.corrects)]),
    }
    lines: list[dict[str, Value]] = [
        {
            "serial": data.statement_number,
            "item": line.item.value,
            "unit": None if line.quantity_t is None else "t",
            "quantity_t": None if line.quantity_t is None else float(line.quantity_t),
            "price_yuan": None if line.price_yuan is None else float(line.price_yuan),
            "amount_yuan": line.amount_fen / 100,
            "tax_percent": float(data.tax_rate.value / 10),
            "tax_yuan": line.tax_fen / 100,
        }
        for line in data.lines
    ]
    return write_workbook([(_TABLES["invoices"], [invoice]), (_TABLES["invoice_lines"], lines)], language=_LANGUAGE)
