"""What several capabilities refuse."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

FILE_EXISTS = RefusalKind(
    code="file-exists",
    status=HTTPStatus.CONFLICT,
    what=_("This file is there already. Nothing was written."),
    next_step=_("Choose another name, or a folder: the file is then named after the moment."),
)
NOT_ALLOWED = RefusalKind(
    code="not-allowed",
    status=HTTPStatus.FORBIDDEN,
    what=_("Your role does not include this."),
    next_step=_("Ask the administrator of this installation if you need it."),
)
CHANGED_MEANWHILE = RefusalKind(
    code="changed-meanwhile",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody else has changed this meanwhile."),
    next_step=_("Open it again, see what is new, and make your change once more."),
)
UPLOAD_OVER = RefusalKind(
    code="upload-over",
    status=HTTPStatus.NOT_FOUND,
    what=_("This file is not kept any more. Nothing was changed."),
    next_step=_("Choose the file once more."),
)
BAD_TABLE = RefusalKind(
    code="bad-table",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("This is no table of a page, or one that is too large."),
    next_step=_("Load the page again, or show fewer rows of the list."),
)
FILE_TOO_LARGE = RefusalKind(
    code="file-too-large",
    status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    what=_("The file is too large; at most 20 MB are read. Nothing was stored."),
    next_step=_("Split it into several files."),
)
REASON_NEEDED = RefusalKind(
    code="reason-needed",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("A reason is missing, and the others are to read one."),
    next_step=_("Go back and write it."),
)
NO_SUCH_THING = RefusalKind(
    code="no-such-thing",
    status=HTTPStatus.NOT_FOUND,
    what=_("The registry has nothing with this id."),
    next_step=_("Search for it in the list."),
)
NOT_A_DATE = RefusalKind(
    code="not-a-date",
    status=HTTPStatus.NOT_FOUND,
    what=_("This is not a date."),
    next_step=_("Write dates as 2026-11-12."),
)
NO_SUCH_LANGUAGE = RefusalKind(
    code="no-such-language",
    status=HTTPStatus.NOT_FOUND,
    what=_("This language is not offered."),
    next_step=_("Choose Chinese or English."),
)
OTHER_BYTES = RefusalKind(
    code="other-bytes",
    status=HTTPStatus.CONFLICT,
    what=_("Another record with this id is stored."),
    next_step=_("Keep it and show it to the office."),
)
NOT_MENDED = RefusalKind(
    code="not-mended",
    status=HTTPStatus.CONFLICT,
    what=_("Nobody has said that this is mended, so nobody can check it."),
    next_step=_("Enter first who mended it, with a photo."),
)
SETTLED_ALREADY = RefusalKind(
    code="settled-already",
    status=HTTPStatus.CONFLICT,
    what=_("Somebody was faster: this step has been taken already."),
    next_step=_("Open the page again: it shows how it stands now."),
)
SAME_PERSON = RefusalKind(
    code="same-person",
    status=HTTPStatus.CONFLICT,
    what=_("Whoever asked for something or mended it does not agree to it too."),
    next_step=_("Let a second person look and answer under their own name."),
)
FILE_TAKEN_IN = RefusalKind(
    code="file-taken-in",
    status=HTTPStatus.CONFLICT,
    what=_("This very file was taken in already. Nothing was stored again."),
    next_step=_("Send a file with what is new; weights that are known do no harm in it."),
)
