"""A real object storage on loopback, and one that lets nobody in."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
import s3fs
from moto.server import ThreadedMotoServer

BUCKET = "region"


@contextlib.contextmanager
def object_storage() -> Iterator[str]:
    """The address of an S3 with an empty bucket `region`, which the driver of this process and its children uses."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        with driven_to(address):
            boto3.client("s3", endpoint_url=address).create_bucket(Bucket=BUCKET)
            yield address
    finally:
        server.stop()


@contextlib.contextmanager
def driven_to(address: str) -> Iterator[None]:
    """Let drivers of S3 go to an address, and try once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", address)
        patch.setenv("AWS_ACCESS_KEY_ID", "synthetic")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "synthetic")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        s3fs.S3FileSystem.clear_instance_cache()
        yield
    s3fs.S3FileSystem.clear_instance_cache()


class _Closed(BaseHTTPRequestHandler):
    def answer(self) -> None:
        content = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_POST = answer  # noqa: N815 - as the base class calls them

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def closed_storage() -> Iterator[None]:
    """An S3 that answers everybody that they have no right."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Closed)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with driven_to(f"http://127.0.0.1:{server.server_port}"):
            yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
