"""Meetings as people have written them down, line by line, made into meetings of the register.

    14. sept. 2021; Vidensdelingsmøde; 2 t; fysisk; 5; 5; 15; ; Data og mål

The columns are day, kind, how long, form, how many from municipality, hospital, general practice and others, purpose.
"""

from __future__ import annotations

import datetime as dt
import re

from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.errors import Invalid
from samspil.imprecise_dates import ImpreciseDate, read_date
from samspil.improvement.actions.meetings import Held, check
from samspil.improvement.models import NetworkMeeting, Participation

_SECTORS = tuple(Participation.Side)
#: Day, kind, how long, form; the sectors; purpose.
_COLUMNS = 4 + len(_SECTORS) + 1
#: How Danes and English write the form, by its beginning.
_FORMS = {
    "fysisk": NetworkMeeting.Form.PHYSICAL,
    "physical": NetworkMeeting.Form.PHYSICAL,
    "virtue": NetworkMeeting.Form.VIRTUAL,
    "virtual": NetworkMeeting.Form.VIRTUAL,
}
_NOTHING = {"", "-", "–"}
#: The most lines that are read at a time, and faults that are told of.
MOST_LINES, _MOST_FAULTS = 500, 10


def day_held(written: str) -> tuple[dt.date, str]:
    """The day of a meeting as it was written, and the words where they say a month or a season.

    Of a range the register has the last day that is not ahead, for the order of the list; the words are kept, and shown
    instead of it (report 003 1.11). Raises Invalid.
    """
    try:
        found: ImpreciseDate = read_date(written)
    except ValueError as error:
        raise Invalid(
            "held_on",
            _("“%(written)s” is not a day. Write it like 14-09-2021, 14. sept. 2021, Nov. 2021 or Forår 2020.")
            % {"written": written.strip()},
        ) from error
    if found.is_day:
        return found.first, ""
    today = timezone.localdate()
    # A range that has begun has been; one that lies ahead stays ahead, for the register to refuse.
    return max(min(found.last, today), found.first), found.text


def minutes_of(written: str) -> int:
    """How long, in minutes: `30 min`, `90`, `2 t`, `1,5 t`, `1½ time`. Raises Invalid."""
    plain = written.strip().lower().replace("½", ",5").replace(" ,5", ",5")
    plain = f"0{plain}" if plain.startswith(",") else plain
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(min\.?|minut(?:ter)?|minutes?|t|h|timer?|hours?)?\.?", plain)
    if found is None:
        raise Invalid(
            "minutes", _("“%(written)s” is not a time. Write 30 min or 1,5 t.") % {"written": written.strip()}
        )
    number = float(found[1].replace(",", "."))
    hours = found[2] is not None and found[2][0] in "th"
    return round(number * 60 if hours else number)


def read_meetings(text: str) -> list[Held]:
    """The meetings of several lines, each held against the rules of the register.

    Empty lines are passed over, and a first line of headings too. Raises Invalid that names every line that cannot be
    used; then none is.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if lines and lines[0][1].split(";")[0].strip().lower() in {"dato", "dag", "date", "day"}:
        lines = lines[1:]
    if not lines:
        raise Invalid("lines", _("Paste at least one line."))
    if len(lines) > MOST_LINES:
        raise Invalid("lines", _("At most %(most)s lines at a time.") % {"most": MOST_LINES})
    found, faults = [], []
    for number, line in lines:
        try:
            held = _meeting(line)
            check(held)
        except Invalid as error:
            faults.append(_("Line %(number)s: %(why)s") % {"number": number, "why": error.message})
        else:
            found.append(held)
    if faults:
        raise Invalid("lines", " ".join(faults[:_MOST_FAULTS]))
    return found


def _meeting(line: str) -> Held:
    cells = [cell.strip() for cell in line.split("\t" if "\t" in line else ";")]
    if not _COLUMNS - 1 <= len(cells) <= _COLUMNS:
        raise Invalid(
            "lines",
            _("%(found)s columns, and %(wanted)s are needed.") % {"found": len(cells), "wanted": _COLUMNS},
        )
    written, kind, minutes, form, *rest = cells
    persons, purpose = rest[: len(_SECTORS)], rest[len(_SECTORS) :]
    held_on, as_written = day_held(written)
    return Held(
        held_on=held_on,
        as_written=as_written,
        minutes=minutes_of(minutes),
        form=next((value for start, value in _FORMS.items() if form.lower().startswith(start)), ""),
        persons={sector.value: _count(cell) for sector, cell in zip(_SECTORS, persons, strict=True)},
        kind=kind,
        purpose="".join(purpose),
    )


def _count(cell: str) -> int:
    if cell in _NOTHING:
        return 0
    if not cell.isdecimal():
        raise Invalid("lines", _("“%(cell)s” is not a number of persons.") % {"cell": cell})
    return int(cell)
