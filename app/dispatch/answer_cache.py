"""Answers that never change, because plan versions and seasons never do, kept ready to send."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from flask import Response, request

ENTRIES = 256
GZIP_LEVEL = 5
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON text, gzipped, and its ETag."""

    gzipped: bytes
    etag: str


class AnswerCache:
    """Keeps the last `ENTRIES` answers asked for; made once each, unless two ask for the first at one moment."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is kept under the key, else what `make` returns, and keep that."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: Made = self._kept[key]
                return kept
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > ENTRIES:
                self._kept.popitem(last=False)
        return made


def json_body(value: Any) -> JsonBody:
    """Return the value as JSON ready to send."""
    return gzipped_body(
        gzip.compress(
            json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(), GZIP_LEVEL, mtime=0
        )
    )


def gzipped_body(gzipped: bytes) -> JsonBody:
    """Return a JSON text that is gzipped already, ready to send."""
    return JsonBody(gzipped=gzipped, etag=hashlib.sha256(gzipped).hexdigest()[:32])


def json_response(body: JsonBody) -> Response:
    """Answer the request with the body, or with 304 where the browser has it; it asks again each time."""
    if request.accept_encodings.quality("gzip") > 0:
        response = Response(body.gzipped, mimetype="application/json")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(gzip.decompress(body.gzipped), mimetype="application/json")
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(body.etag, weak=True)
    response.make_conditional(request)
    return response
