"""Robots of group chats: an alarm as a message to WeCom or DingTalk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

_HOSTS: Final = {"qyapi.weixin.qq.com": "wecom", "oapi.dingtalk.com": "dingtalk"}
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_TIMEOUT_S: Final = 10
_MOST_BYTES: Final = 64 * 1024
_LONGEST_ERROR: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """A robot by its address. `name` says which it is without its secrets; `title` is what people call it, None where
    the setting does not say; `signing_secret` is DingTalk's."""

    kind: str
    name: str
    address: str
    signing_secret: str | None = None
    title: str | None = None


def robot_from_setting(text: str, *, loopback: bool) -> Robot:
    """Return the robot that a setting names: its address, before it what people call it with `=`, after `#` the secret
    with which DingTalk wants it signed.

    Only HTTPS to the two services is taken; with `loopback` also http://127.0.0.1:PORT, whose kind the first part of
    its path says (wecom, dingtalk). Raises ValueError otherwise; what it says holds no secret.
    """
    title, address, secret = _parts(text.strip())
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError("a robot's address cannot be read") from None
    kind = _HOSTS.get(parts.hostname or "")
    if loopback and parts.hostname in _LOOPBACK:
        kind = parts.path.split("/")[1] if parts.path.split("/")[1:2] and parts.scheme == "http" else None
    elif parts.scheme != "https" or port not in (None, 443) or parts.username or parts.password:
        kind = None
    if kind is None or kind not in _HOSTS.values():
        here = ", or http://127.0.0.1:PORT/wecom/… or http://127.0.0.1:PORT/dingtalk/…" if loopback else ""
        raise ValueError("a robot's address is none of WeCom's or DingTalk's: https://qyapi.weixin.qq.com/… or "
                         f"https://oapi.dingtalk.com/…{here}")  # fmt: skip
    mark = hashlib.sha256(address.encode()).hexdigest()[:8]
    return Robot(kind=kind, name=f"{kind} {mark}", address=address, signing_secret=secret or None, title=title)


def _parts(text: str) -> tuple[str | None, str, str]:
    """Title, address and secret; an address may hold `=` itself."""
    before, at, _rest = text.partition("://")
    title, equals, _scheme = before.rpartition("=") if at else ("", "", "")
    address, _hash, secret = text[len(title) + len(equals) :].partition("#")
    return title.strip() or None, address, secret


def tell_robot(robot: Robot, text: str, moment: datetime) -> str | None:
    """Send one message; returns None once the service says that it took it, else in a few words why not.

    Redirects are not followed: they are an error as every answer but 200 with `errcode` 0.
    """
    parts = urlsplit(robot.address)
    query = parts.query if robot.signing_secret is None else f"{parts.query}&{_signature(robot.signing_secret, moment)}"
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request(
            "POST",
            f"{parts.path}?{query}" if query else parts.path,
            body=json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        answer = connection.getresponse()
        said = answer.read(_MOST_BYTES)
        if answer.status != 200:
            return f"status {answer.status}"
        read = json.loads(said)
        code = read.get("errcode") if isinstance(read, dict) else None
        return None if code == 0 else f"errcode {code}: {str(read)[:120]}"[:_LONGEST_ERROR]
    except (OSError, http.client.HTTPException, ValueError) as failure:
        return f"{type(failure).__name__}: {failure}"[:_LONGEST_ERROR]
    finally:
        connection.close()


def _signature(secret: str, moment: datetime) -> str:
    """As DingTalk asks: HMAC-SHA256 of the time in milliseconds and the secret, in Base64."""
    timestamp = str(round(moment.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={timestamp}&sign={quote(base64.b64encode(digest), safe='')}"
