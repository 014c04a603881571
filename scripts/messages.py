"""Are the pages' texts all in Danish? Lists what is not, with file and line; fails when something is missing.

    python scripts/messages.py            what is missing, empty, a guess, not used, or translated in two ways
    python scripts/messages.py --update   adds what is missing, empty, to the file of its room; removes what is not used

A room is a package of samspil with pages. Django shows the translations of all rooms as one, so a text needs one in any
of them; `--update` puts it where it is used. Texts of the libraries may be put better in ours: they count as used.
"""

from __future__ import annotations

import io
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "samspil"
PO = Path("locale/da/LC_MESSAGES/django.po")
LIBRARIES = ("django.conf", "django.contrib.auth", "allauth")
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

#: A text as a catalogue knows it: its context and its words in the singular.
Key = tuple[str | None, str]


@dataclass
class Texts:
    """The texts a room uses: where, and their plural."""

    places: dict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    plurals: dict[Key, str] = field(default_factory=dict)


def rooms() -> list[str]:
    """Packages with pages."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/apps.py"))


def texts_of(room: str) -> Texts:
    """Every text that the room's code and templates mark for translation."""
    found = Texts()
    for path in sorted((PACKAGE / room).rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "static" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What is left of a template has any indentation, which Python code may not have.
            source = "\n".join(line.strip() for line in templatize(source).splitlines())
        for line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            words = message if isinstance(message, tuple) else (message,)
            key = (context, words[0])
            found.places[key].append(f"{path.relative_to(ROOT)}:{line}")
            if len(words) > 1:
                found.plurals[key] = words[1]
    return found


def catalogue(room: str) -> Catalog:
    """The room's Danish texts; an empty one when it has no file yet."""
    path = PACKAGE / room / PO
    if not path.exists():
        return Catalog(locale="da", project="Samspil", header_comment=f"# Danish texts of samspil.{room}.", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="da")


def key_of(message: object) -> Key:
    """How a catalogue's entry is named here."""
    words = message.id  # type: ignore[attr-defined]
    return message.context, words[0] if isinstance(words, tuple) else words  # type: ignore[attr-defined]


def entries(of: Catalog) -> Iterator[tuple[Key, object]]:
    """The entries of a catalogue without its header."""
    return ((key_of(message), message) for message in of if message.id)


def texts_of_libraries() -> set[Key]:
    """What Django and allauth say in Danish themselves."""
    known: set[Key] = set()
    for package in LIBRARIES:
        with (resources.files(package) / str(PO)).open("rb") as file:
            known.update(key for key, _message in entries(read_po(file, locale="da", ignore_obsolete=True)))
    return known


def is_whole(message: object) -> bool:
    """Whether an entry has every form it needs."""
    words = message.string  # type: ignore[attr-defined]
    return all(words) if isinstance(words, tuple) else bool(words)


def check() -> list[str]:
    """Every fault in the Danish texts, in words; empty when all is well."""
    used = {room: texts_of(room) for room in rooms()}
    catalogues = {room: catalogue(room) for room in rooms()}
    anywhere = {key for texts in used.values() for key in texts.places} | texts_of_libraries()
    faults: list[str] = []
    said: dict[Key, tuple[object, str]] = {}
    for room, found in catalogues.items():
        file = f"samspil/{room}/{PO}"
        for key, message in entries(found):
            name = f"{file}: “{key[1]}”"
            if message.fuzzy:  # type: ignore[attr-defined]
                faults.append(f"{name} is a guess (fuzzy)")
            if not is_whole(message):
                faults.append(f"{name} is empty")
            if key not in anywhere:
                faults.append(f"{name} is not used")
            string = message.string  # type: ignore[attr-defined]
            if key in said and said[key][0] != string:
                faults.append(f"{name} is translated differently in {said[key][1]}")
            said.setdefault(key, (string, file))
    for texts in used.values():
        for key, places in sorted(texts.places.items(), key=lambda item: item[1]):
            if key not in said:
                faults.append(f"{', '.join(places)}: “{key[1]}” is not in Danish")
    return faults


def update() -> None:
    """Add what is missing to the file of the room that uses it; remove what nobody uses."""
    used = {room: texts_of(room) for room in rooms()}
    catalogues = {room: catalogue(room) for room in rooms()}
    anywhere = {key for texts in used.values() for key in texts.places} | texts_of_libraries()
    known = {key for found in catalogues.values() for key, _message in entries(found)}
    for room, found in catalogues.items():
        missing = [key for key in used[room].places if key not in known]
        unused = [key for key, _message in entries(found) if key not in anywhere]
        for context, words in missing:
            plural = used[room].plurals.get((context, words))
            found.add((words, plural) if plural else words, context=context)
            known.add((context, words))
        for context, words in unused:
            found.delete(words, context)
        if missing or unused:
            path = PACKAGE / room / PO
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, found, width=120, no_location=True, omit_header=False)
            print(f"{path.relative_to(ROOT)}: {len(missing)} added, {len(unused)} removed")


def main() -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    if "--update" in sys.argv[1:]:
        update()
    faults = check()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
