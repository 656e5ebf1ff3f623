"""What an installation refuses: settings, database, backups."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

UNFIXED_SQLITE = RefusalKind(
    code="unfixed-sqlite",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    what=_("The SQLite in use can lose committed data."),
    next_step=_("Install the packages of requirements.txt: they bring a fixed SQLite."),
)
OTHER_SCHEMA = RefusalKind(
    code="other-schema",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    what=_("The database is not there or not up to date."),
    next_step=_("Bring it up to date with: strawline init"),
)
BAD_SETTINGS = RefusalKind(
    code="bad-settings",
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    what=_("The settings of this installation have faults."),
    next_step=_("Mend every fault listed; README.md lists the settings."),
)
BAD_BACKUP = RefusalKind(
    code="bad-backup",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The backup cannot be restored. Nothing was stored."),
    next_step=_("Take another backup file, or the version of the program that made this one."),
)
NOT_EMPTY = RefusalKind(
    code="not-empty",
    status=HTTPStatus.CONFLICT,
    what=_("A backup is restored into an empty database only, and this one has tables."),
    next_step=_("Name another database in the setting database_url, or move the old one away."),
)
