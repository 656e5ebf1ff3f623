"""What the register refuses."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

NO_SUCH_LIST = RefusalKind(
    code="no-such-list",
    status=HTTPStatus.NOT_FOUND,
    what=_("The registry has no such list."),
    next_step=_("Choose one of the lists at the top of the registry."),
)
STILL_REFERRED_TO = RefusalKind(
    code="still-referred-to",
    status=HTTPStatus.CONFLICT,
    what=_("Other records refer to this, so it cannot be taken back."),
    next_step=_("Withdraw it instead, or change what refers to it first."),
)
IMPORT_WITH_FAULTS = RefusalKind(
    code="import-with-faults",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The file has faults. Nothing was changed."),
    next_step=_("Mend every fault and import the file again, or choose to leave the rows at fault out."),
)
CHANGED_SINCE_IMPORT = RefusalKind(
    code="changed-since-import",
    status=HTTPStatus.CONFLICT,
    what=_("Some records were changed again since this import, so it cannot be undone. Nothing was changed."),
    next_step=_("Change or withdraw these records themselves."),
)
NO_SUCH_IMPORT = RefusalKind(
    code="no-such-import",
    status=HTTPStatus.NOT_FOUND,
    what=_("There is no such import."),
    next_step=_("Choose one from the list of imports."),
)
CODE_TAKEN = RefusalKind(
    code="code-taken",
    status=HTTPStatus.CONFLICT,
    what=_("This code is taken."),
    next_step=_("Choose another one; a withdrawn record keeps its code."),
)
REFERRED_TO_IN_USE = RefusalKind(
    code="referred-to-in-use",
    status=HTTPStatus.CONFLICT,
    what=_("Records in use cannot do without this one, so it stays in use."),
    next_step=_("Withdraw them first, or let them refer to another."),
)
REFERS_TO_WITHDRAWN = RefusalKind(
    code="refers-to-withdrawn",
    status=HTTPStatus.CONFLICT,
    what=_("What this record needs is itself withdrawn."),
    next_step=_("Put that back into use first."),
)
NOT_THEIR_TURN = RefusalKind(
    code="not-their-turn",
    status=HTTPStatus.CONFLICT,
    what=_("This step is not open: somebody has taken it meanwhile, or it comes later."),
    next_step=_("Open the page again: it shows which step is next and whose turn it is."),
)
ONE_FOR_BOTH = RefusalKind(
    code="one-for-both",
    status=HTTPStatus.CONFLICT,
    what=_("You have agreed for the other side already, and nobody agrees for both."),
    next_step=_("Let somebody else of this side answer."),
)
