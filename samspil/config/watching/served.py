"""What gunicorn is told by `samspil serve`: lines like ours, no access log of its own, and metrics of all processes.

Read by the process that starts the others, before any of them has set Django up.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gunicorn import glogging
from prometheus_client.multiprocess import mark_process_dead

from samspil.config.watching import lines


class Log(glogging.Logger):  # type: ignore[misc]
    """gunicorn's own logger, whose lines are ours. Its access log has addresses in it and is never written."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(lines.formatter())

    def access(self, *_request: Any) -> None:
        """`samspil.request` tells of every request, by its route."""

    def critical(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().critical(msg, *args, **_from_caller(kwargs))

    def error(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().error(msg, *args, **_from_caller(kwargs))

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().warning(msg, *args, **_from_caller(kwargs))

    def info(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().info(msg, *args, **_from_caller(kwargs))

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().exception(msg, *args, **_from_caller(kwargs))


def _from_caller(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The place that a line names is where something was said, and not gunicorn's logger or ours."""
    return {"stacklevel": 3} | kwargs


logger_class = Log


def when_ready(_server: Any) -> None:
    """The port is ours: what an earlier server on it counted is over."""
    for path in Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("*.db"):
        path.unlink(missing_ok=True)


def child_exit(_server: Any, worker: Any) -> None:
    """What a process was doing when it ended is not under way any more; what it counted stays counted."""
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
