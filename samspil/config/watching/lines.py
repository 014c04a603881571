"""One line of log for each thing that happened, with nothing in it about anybody.

What our own code says is written by us and may be read. What others say, a library or the database, carries what
somebody typed: of their records the place, the template without its values and the type of an exception are kept, never
its message. As a last net, whatever looks like a CPR number is masked.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.json import JsonFormatter

#: The request that is being answered in this thread, by the number that its answer carries too.
REQUEST: ContextVar[str] = ContextVar("request", default="")
#: What a line about a request tells beside its message; the same keys in every line.
KEYS = ("route", "method", "status", "duration_ms", "statements", "database_ms")
MASK = "[masked]"
_CPR = re.compile(r"(?<!\d)\d{6}[-– ]?\d{4}(?!\d)")
_OURS = "samspil"
_FRAMES, _CAUSES = 30, 5
_ROOT = f"{Path(__file__).parents[3]}{os.sep}"


def written_as() -> Literal["json", "text"]:
    """How lines are written (`SAMSPIL_LOG`). Raises ImproperlyConfigured for anything but `json` and `text`."""
    match os.environ.get("SAMSPIL_LOG", "").strip().lower():
        case "json":
            return "json"
        case "" | "text":
            return "text"
        case other:
            raise ImproperlyConfigured(f"SAMSPIL_LOG is `{other}`; it can be json or text")


def formatter() -> logging.Formatter:
    """What writes a record as `SAMSPIL_LOG` wants it. Raises ImproperlyConfigured."""
    return JsonLine(json_ensure_ascii=False) if written_as() == "json" else TextLine()


class JsonLine(JsonFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return self.serialize_log_record(told(record))


class TextLine(logging.Formatter):
    """The same for somebody who looks on."""

    def format(self, record: logging.LogRecord) -> str:
        found = told(record)
        at, level, logger, process, message, *_rest = found.values()
        more = [f"{key}={value}" for key, value in found.items() if key in {*KEYS, "request", "where"}]
        lines = [" ".join([f"{at} [{process}] {level.upper()} {logger}:", *filter(None, [message]), *more])]
        for each in found.get("exception", []):
            lines += [f"  {each['type']}", *(f"    {frame}" for frame in each["frames"])]
        return "\n".join(lines)


def told(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record, masked."""
    ours = _is(record, _OURS)
    found: dict[str, Any] = {
        "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "process": record.process,
        "message": _message(record, ours),
    }
    if request := REQUEST.get():
        found["request"] = request
    if ours:
        found |= {key: getattr(record, key) for key in KEYS if hasattr(record, key)}
    else:
        found["where"] = f"{_short(record.pathname)}:{record.lineno}"
    if record.exc_info and record.exc_info[1] is not None:
        found["exception"] = _causes(record.exc_info[1])
    return {key: masked(value) for key, value in found.items()}


def has_exception(record: logging.LogRecord) -> bool:
    """Whether a record tells of an exception."""
    return bool(record.exc_info)


def masked(value: Any) -> Any:
    """A text, or texts in lists and objects, without anything that looks like a CPR number."""
    match value:
        case str():
            return _CPR.sub(MASK, value)
        case list():
            return [masked(each) for each in value]
        case dict():
            return {key: masked(each) for key, each in value.items()}
    return value


def _message(record: logging.LogRecord, ours: bool) -> str:
    """Of others the template alone. A text without values may be one that they are already in, and is left out."""
    if ours or (_is(record, "gunicorn") and record.levelno < logging.WARNING):
        return record.getMessage()
    status = getattr(record, "status_code", None)
    if isinstance(status, int):
        return f"{status} {HTTPStatus(status).phrase}"
    return record.msg if record.args and isinstance(record.msg, str) else ""


def _is(record: logging.LogRecord, name: str) -> bool:
    return record.name == name or record.name.startswith(f"{name}.")


def _causes(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what it came from, each by its type, where it passed, and PostgreSQL's code of the fault.

    Messages carry values, and a database's the whole row.
    """
    found: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < _CAUSES:
        passed = [
            f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(cause.__traceback__)
        ]
        kind = type(cause)
        each: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}", "frames": passed[-_FRAMES:]}
        if isinstance(state := getattr(cause, "sqlstate", None), str):
            each["sqlstate"] = state
        found.append(each)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return found


def _short(path: str) -> str:
    """A file without the folders of this machine."""
    _before, found, inside = path.rpartition(f"{os.sep}site-packages{os.sep}")
    if found:
        return inside
    return path.removeprefix(_ROOT) if path.startswith(_ROOT) else Path(path).name


def catch_strays() -> None:
    """What nobody caught becomes a line too: Python itself would print it with its message and the values in that."""
    logger = logging.getLogger(_OURS)
    logging.raiseExceptions = False
    logging.captureWarnings(True)

    def of_thread(stray: threading.ExceptHookArgs) -> None:
        if stray.exc_value is not None and not isinstance(stray.exc_value, SystemExit):
            logger.error("a thread ended", exc_info=stray.exc_value)

    def of_nobody(stray: sys.UnraisableHookArgs) -> None:
        if stray.exc_value is not None:
            logger.error("an exception could not be raised", exc_info=stray.exc_value)

    threading.excepthook = of_thread
    sys.unraisablehook = of_nobody
