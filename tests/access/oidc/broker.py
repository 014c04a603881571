"""A provider process, and somebody who logs in there with a browser of their own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit, urlunsplit

import requests
from django.test import Client

from samspil.access.providers import IdentityProvider

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]


class Process:
    """The provider, on a port that was free."""

    def __init__(self, node: str, shift: int = 0) -> None:
        """Start it. `shift` are the seconds its clock goes before the right time."""
        callback = "http://testserver/accounts/provider/CLIENT/callback/"
        self._process = subprocess.Popen(
            [node, str(FOLDER / "provider.mjs"), callback, str(shift)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.issuer = self._process.stdout.readline().strip()
        if not self.issuer:
            raise AssertionError(self._process.stderr.read())

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._process.kill()
        self._process.communicate()

    def configured(self, client: str = "samspil", **fields: object) -> IdentityProvider:
        """The provider as an installation would configure it; `client` is also its name in our addresses."""
        given = {
            "id": client,
            "name": "MitID",
            "issuer": self.issuer,
            "client_id": client,
            "client_secret": f"secret-of-{client}",
            "strong": {"acr": ["substantial"]},
            "parameters": {"claims": '{"id_token": {"acr": null, "amr": null}}'},
        }
        return IdentityProvider.model_validate(given | fields)


@dataclass
class Person:
    """Somebody with a browser, which is two here: Django's test client for us, and a session for the provider."""

    client: Client
    provider: str = "samspil"
    cookies: requests.Session = field(default_factory=requests.Session)

    def begin(self, **change: str) -> str:
        """Press the button on our log-in page: the address at the provider, changed on the way if a test says so."""
        answer = self.client.post(f"/accounts/provider/{self.provider}/")
        assert answer.status_code == 302, answer.text
        parts = urlsplit(answer.headers["Location"])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
        return urlunsplit(parts._replace(query=urlencode(query)))

    def at_provider(self, address: str, **does: str) -> str:
        """Log in at the provider, or stop: the address that it sends the browser back to us with."""
        while not address.startswith("http://testserver/"):
            answer = self.cookies.get(address, allow_redirects=False, timeout=10)
            assert answer.is_redirect, answer.text
            address = urljoin(address, answer.headers["Location"])
            if "/interaction/" in address:
                address += "?" + urlencode(does)
        return address

    def come_back(self, address: str):
        """Our answer to what the provider sent."""
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def log_in(self, **does: str):
        """All of it."""
        return self.come_back(self.at_provider(self.begin(), **does))

    @property
    def is_logged_in(self) -> bool:
        return "_auth_user_id" in self.client.session
