"""Nothing is uploaded here, and no form is held in memory for longer than it takes to refuse it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParserError


class NoFiles(FileUploadHandler):
    """A form with a file in it is not read.

    Without any handler Django would read a form with files in one piece, however large it is and whoever sent it: the
    size of the pieces is the handler's.
    """

    def new_file(self, *_facts: Any, **_more: Any) -> NoReturn:
        """Raises MultiPartParserError, which is answered like any other form that cannot be read."""
        raise MultiPartParserError("a file in a form")
