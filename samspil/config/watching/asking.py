"""Asking what may never answer, without waiting for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connections

Answer = TypeVar("Answer")


class Asker(Generic[Answer]):
    """Asks the database in a thread of its own, one at a time however many want to know.

    A database that is gone without a word holds that one thread, and neither the server's nor another connection.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None

    def answer(self, seconds: float) -> Answer:
        """What was answered. Raises TimeoutError when it took longer, and whatever asking raised."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._run, args=[self._asked], daemon=True).start()
            asked = self._asked
        return asked.result(seconds)

    def _run(self, asked: Future[Answer]) -> None:
        try:
            found = self._ask()
        except Exception as error:
            asked.set_exception(error)
        else:
            asked.set_result(found)
        finally:
            connections.close_all()
