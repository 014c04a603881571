"""Many users at once: a visitor who speaks HTTP as a browser does, and threads that keep asking without a pause."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from statistics import quantiles
from threading import Barrier
from urllib.parse import urlencode

SECONDS_TO_ANSWER = 120
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Wrong(Exception):
    """An answer that is not the page that was asked for."""


class Visitor:
    """A session at the server. Every request has a connection of its own, as through a proxy."""

    def __init__(self, port: int, session: str) -> None:
        self._port = port
        self._cookies = {"sessionid": session}
        #: The page seen last.
        self.page = ""

    def get(self, address: str, shows: str) -> None:
        """A page, which shows a certain text. Raises Wrong."""
        self._ask("GET", address, shows)

    def post(self, address: str, fields: Mapping[str, object], shows: str) -> None:
        """Send a form of the page seen last; the answer shows a certain text. Raises Wrong."""
        token = _TOKEN.search(self.page)
        if token is None:
            raise Wrong(f"no form before {address}")
        self._ask("POST", address, shows, urlencode({"csrfmiddlewaretoken": token[1], **fields}))

    def _ask(self, method: str, address: str, shows: str, body: str | None = None) -> None:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self._port, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            self.page = answer.read().decode()
        except (OSError, HTTPException) as error:
            raise Wrong(f"{method} {address}: {error}") from error
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self._cookies.update({name: found.value for name, found in SimpleCookie(cookie).items()})
        if answer.status != 200 or shows not in self.page:
            raise Wrong(f"{method} {address}: {answer.status}, without {shows!r}")


@dataclass(frozen=True)
class Measured:
    """What many users met: the seconds of each request that was answered, of them all together, and what went wrong."""

    seconds: Sequence[float]
    wall: float
    wrong: Sequence[str]

    @property
    def p50(self) -> float:
        return _percentile(self.seconds, 50)

    @property
    def p95(self) -> float:
        return _percentile(self.seconds, 95)

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return len(self.seconds) / self.wall


def _percentile(values: Sequence[float], percent: int) -> float:
    if len(values) < 2:
        return values[0] if values else float("nan")
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def drive(users: Sequence[Callable[[], None]], times: int) -> Measured:
    """Let every user do their thing so many times, all at the same time, each in a thread and without a pause."""
    start = Barrier(len(users) + 1)

    def work(do: Callable[[], None]) -> tuple[list[float], list[str]]:
        seconds, wrong = [], []
        start.wait()
        for _ in range(times):
            begun = time.perf_counter()
            try:
                do()
            except Wrong as error:
                wrong.append(str(error))
            else:
                seconds.append(time.perf_counter() - begun)
        return seconds, wrong

    with ThreadPoolExecutor(len(users)) as pool:
        working = [pool.submit(work, do) for do in users]
        start.wait()
        begun = time.perf_counter()
        done = [each.result() for each in working]
        wall = time.perf_counter() - begun
    return Measured([s for seconds, _ in done for s in seconds], wall, [w for _, wrong in done for w in wrong])
