"""Which robots of group chats this installation tells, what became of the last messages, and a message to try one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.accounts.audit import record
from app.accounts.permissions import Permission, needs
from app.clock import now
from app.config import Config
from app.database.engine import db
from app.errors import NO_SUCH_THING, Refusal
from app.fire_safety.alarms.models import ROBOT, AlarmNotice
from app.fire_safety.alarms.readers import robot_names
from app.group_robots import Robot, tell_robot

robot_views = Blueprint("robots", __name__, template_folder="templates")


@robot_views.get("/alarms/robots")
@needs(Permission.TEST_ROBOTS)
def robots() -> str:
    names = robot_names(_robots())
    return render_template(
        "alarms/robots.html", robots=[(robot.name, names[robot.name], _course_of(robot)) for robot in _robots()]
    )


@robot_views.post("/alarms/robots/test")
@needs(Permission.TEST_ROBOTS)
def send_test() -> Response:
    """Say so in the group, at once; no transaction is open while the service is asked."""
    robot = next((it for it in _robots() if it.name == request.form.get("name")), None)
    if robot is None:
        raise Refusal(NO_SUCH_THING)
    record(db.session, what="robot.tested", subject_kind="robot", subject_id=robot.name)
    db.session.commit()
    product, words = gettext("Strawline"), gettext("A test of the alarms: nothing has happened.")
    error = tell_robot(robot, f"【{product}】{words}", now())
    if error is None:
        flash(gettext("The service took the message. Look into the group."), "success")
    else:
        flash(gettext("Not taken: %(error)s", error=error), "error")
    return redirect(url_for("robots.robots"))


def _robots() -> Sequence[Robot]:
    config: Config = current_app.extensions["strawline.config"]
    return config.all_robots


def _course_of(robot: Robot) -> dict[str, object]:
    """When it last took a message, how many wait, and why the last try failed."""
    own = AlarmNotice.channel == ROBOT, AlarmNotice.recipient == robot.name
    waiting = (*own, AlarmNotice.sent_at.is_(None))
    return {
        "last_sent_at": db.session.scalar(select(func.max(AlarmNotice.sent_at)).where(*own)),
        "waiting": db.session.scalar(select(func.count()).where(*waiting)),
        "error": db.session.scalar(
            select(AlarmNotice.error)
            .where(*waiting, AlarmNotice.error.is_not(None))
            .order_by(AlarmNotice.id.desc())
            .limit(1)
        ),
    }
