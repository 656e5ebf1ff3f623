"""What is refused of money: prices, months, invoices, payments."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

BAD_BANK_FILE = RefusalKind(
    code="bad-bank-file",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The bank's file has faults, or nothing new in it. Nothing of it was stored."),
    next_step=_("Look at the preview, mend the file and send it again."),
)
BAD_INVOICE_NUMBER = RefusalKind(
    code="bad-invoice-number",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no number of an invoice of that day: 20 digits, the first two of which are the year."),
    next_step=_("Copy it from the invoice, with the day that stands there."),
)
INVOICE_KNOWN = RefusalKind(
    code="invoice-known",
    status=HTTPStatus.CONFLICT,
    what=_("This invoice or one of this statement is noted already."),
    next_step=_("Look at the statement that it belongs to."),
)
TAKE_BACK_FIRST = RefusalKind(
    code="take-back-first",
    status=HTTPStatus.CONFLICT,
    what=_("The statement that this one replaces was invoiced, and that invoice is not taken back."),
    next_step=_("Make a red-letter invoice of its whole amount on the platform, and enter its number on this page."),
)
NO_INVOICE = RefusalKind(
    code="no-invoice",
    status=HTTPStatus.CONFLICT,
    what=_("No invoice can be made of this statement."),
    next_step=_("The statement's page says what is missing."),
)
NO_DAY_OF_A_PAYMENT = RefusalKind(
    code="no-day-of-a-payment",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("Money cannot have come on this day: it lies ahead, or too far back."),
    next_step=_("Mend the day as the bank says it."),
)
NOT_THE_SAME_MONEY = RefusalKind(
    code="not-the-same-money",
    status=HTTPStatus.CONFLICT,
    what=_("This typed payment is confirmed already, or is not the same money as this line of the bank's."),
    next_step=_("Look at the page again, and say whose payment the line is."),
)
WENT_OUT = RefusalKind(
    code="money-went-out",
    status=HTTPStatus.CONFLICT,
    what=_("This money went out: it cannot be a payment of a plant."),
    next_step=_("If it went back to a plant, ask for a refund; another person has to agree."),
)
MORE_THAN_OWED = RefusalKind(
    code="more-than-owed",
    status=HTTPStatus.CONFLICT,
    what=_("This is more than is owed, or nothing."),
    next_step=_("Look at what is still due on the page of money."),
)
MONTH_IS_CLOSED = RefusalKind(
    code="month-is-closed",
    status=HTTPStatus.CONFLICT,
    what=_("This payment stands in the books of a closed month."),
    next_step=_("Open the month again first: one person asks, another agrees."),
)
MOVEMENT_KNOWN = RefusalKind(
    code="movement-known",
    status=HTTPStatus.CONFLICT,
    what=_("The very same movement is noted already."),
    next_step=_("Look for it on the page of payments."),
)
MORE_THAN_CREDIT = RefusalKind(
    code="more-than-credit",
    status=HTTPStatus.CONFLICT,
    what=_("This is more than the plant has to its credit."),
    next_step=_("Look at the open amounts: only what a plant has paid too much can go back to it."),
)
REFUND_ASKED = RefusalKind(
    code="refund-asked",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has said already that this money went back to a plant."),
    next_step=_("Read the reason beside the movement, and agree there if you do."),
)
REFUND_ANSWERED = RefusalKind(
    code="refund-answered",
    status=HTTPStatus.CONFLICT,
    what=_("There is no such refund waiting, or it was answered."),
    next_step=_("Look at the page of payments again."),
)
PAYOUT_ANSWERED = RefusalKind(
    code="payout-answered",
    status=HTTPStatus.CONFLICT,
    what=_("There is no such payment waiting, or it was answered."),
    next_step=_("Look at the page of money again."),
)
UNDO_ASKED = RefusalKind(
    code="undo-asked",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has asked already that this payment be taken back."),
    next_step=_("Read the reason beside the payment, and agree there if you do."),
)
LINE_IS_MATCHED = RefusalKind(
    code="bank-line-matched",
    status=HTTPStatus.CONFLICT,
    what=_("It is known already whose payment this is."),
    next_step=_("Take that back first, if it is wrong."),
)
LINE_IS_OPEN = RefusalKind(
    code="bank-line-open",
    status=HTTPStatus.CONFLICT,
    what=_("Nobody has said yet whose payment this is."),
    next_step=_("There is nothing to take back."),
)
NOTHING_OVERDUE = RefusalKind(
    code="nothing-overdue",
    status=HTTPStatus.CONFLICT,
    what=_("Nothing of this plant is overdue."),
    next_step=_("Look at what is open again."),
)
REMINDED_TODAY = RefusalKind(
    code="reminded-today",
    status=HTTPStatus.CONFLICT,
    what=_("This plant was reminded today already."),
    next_step=_("Print that reminder, or wait a day."),
)
MONTH_IS_NOT_OVER = RefusalKind(
    code="month-is-not-over",
    status=HTTPStatus.CONFLICT,
    what=_("This month is not over yet."),
    next_step=_("Close it on a day of the month that follows."),
)
MONTH_IS_NOT_NEXT = RefusalKind(
    code="month-is-not-next",
    status=HTTPStatus.CONFLICT,
    what=_("Months are closed one after the other, and this one is not the next."),
    next_step=_("Open the page again: it shows which month is closed next."),
)
NOT_THE_LAST_MONTH = RefusalKind(
    code="not-the-last-month",
    status=HTTPStatus.CONFLICT,
    what=_("Only the month that was closed last can be opened again."),
    next_step=_("Book what is late: it stands in the next open month."),
)
REOPEN_ASKED = RefusalKind(
    code="reopen-asked",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody has asked already that this month be opened again."),
    next_step=_("Read the reason on the page of money, and agree there if you do."),
)
REOPEN_NOT_ASKED = RefusalKind(
    code="reopen-not-asked",
    status=HTTPStatus.CONFLICT,
    what=_("There is no such wish that this month be opened again, or it was answered."),
    next_step=_("Look at the page of money: let one person ask with a reason, and another agree."),
)
ABOVE_CEILING = RefusalKind(
    code="above-ceiling",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The price is above the ceiling that the task force has set."),
    next_step=_("Choose a lower price, or enter the new ceiling first."),
)
NOT_OF_REGISTER = RefusalKind(
    code="not-of-register",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A price is for plants and materials of the register, and this one is not in it."),
    next_step=_("Choose from the lists, or enter it in the register first."),
)
NO_SUCH_PRICE = RefusalKind(
    code="no-such-price",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such price, or it has been answered already."),
    next_step=_("Open the list of prices again."),
)
