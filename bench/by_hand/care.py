"""What the pages of the care plane show, fetched with SQL written by hand: no policy, no log, no words, no page.

Each function asks for the rows of one kind of page, or carries a decision out, on a connection of psycopg.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg import Connection

PAGE = 50
_WAITING = (
    "e.practice_id = %(practice)s AND e.model = %(model)s AND e.left_at IS NULL AND c.practice_id = e.practice_id "
    "AND (e.state = 'open' OR (e.state = 'later' AND e.later_until <= current_date))"
)
_NAME = (
    "SELECT e.id, e.version, e.score, e.band, e.arrival, e.incomplete, e.criteria, e.state, c.id, c.name, c.cpr, "
    "c.birth_date, p.id, p.as_of, p.data_dates, p.stale "
    "FROM lists_entry e JOIN access_citizen c ON c.id = e.citizen_id "
    f"JOIN lists_publication p ON p.id = e.publication_id WHERE {_WAITING} ORDER BY e.score DESC, e.id LIMIT %(page)s"
)
_CITIZEN = 8
Row = tuple[Any, ...]


def _asked(practice: int, model: str, page: int = PAGE) -> dict[str, object]:
    return {"practice": practice, "model": model, "page": page}


def list_page(connection: Connection, practice: int, model: str) -> None:
    """The first names of a list, what other lists their citizens stand on, and how many names are in which state."""
    asked = _asked(practice, model, PAGE + 1)
    found = connection.execute(_NAME, asked).fetchall()
    _on_other_lists(connection, found)
    connection.execute(
        "SELECT count(*) FILTER (WHERE e.state = 'open' OR (e.state = 'later' AND e.later_until <= current_date)), "
        "count(*) FILTER (WHERE e.state = 'later' AND e.later_until > current_date), "
        "count(*) FILTER (WHERE e.state = 'asked'), count(*) FILTER (WHERE e.state IN ('invited', 'not_relevant')) "
        "FROM lists_entry e JOIN access_citizen c ON c.id = e.citizen_id WHERE e.practice_id = %(practice)s "
        "AND e.model = %(model)s AND e.left_at IS NULL AND c.practice_id = e.practice_id",
        asked,
    ).fetchall()
    connection.execute("SELECT definition FROM lists_publication WHERE id = %s", [found[0][12]]).fetchall()
    connection.commit()


def card(connection: Connection, practice: int, model: str, *, doctor: int = 0) -> Row:
    """The name to decide about next, with what goes on for its citizen, and how much is left."""
    asked = _asked(practice, model, 1) | {"doctor": doctor}
    found = connection.execute(_NAME, asked).fetchall()
    _on_other_lists(connection, found)
    connection.execute(
        "SELECT id, stage FROM lists_inclusion WHERE citizen_id = %s AND ended_at IS NULL", [found[0][_CITIZEN]]
    ).fetchall()
    connection.execute("SELECT definition FROM lists_publication WHERE id = %s", [found[0][12]]).fetchall()
    connection.execute(
        f"SELECT count(*) FROM lists_entry e JOIN access_citizen c ON c.id = e.citizen_id WHERE {_WAITING}", asked
    ).fetchall()
    connection.execute(
        "SELECT u.id, u.name FROM access_membership m JOIN access_user u ON u.id = m.user_id "
        "WHERE m.organisation_id = %(practice)s AND m.since <= current_date "
        "AND (m.until IS NULL OR m.until >= current_date)",
        asked,
    ).fetchall()
    connection.execute(
        "SELECT count(*) FROM lists_review WHERE by_id = %(doctor)s AND undone_at IS NULL "
        "AND at >= date_trunc('week', now())",
        asked,
    ).fetchall()
    connection.commit()
    return found[0]


def _on_other_lists(connection: Connection, found: list[Row]) -> None:
    connection.execute(
        "SELECT citizen_id, model FROM lists_entry WHERE citizen_id = ANY(%s) AND left_at IS NULL",
        [[row[_CITIZEN] for row in found]],
    ).fetchall()


def decide(connection: Connection, name: Row, practice: int, model: str, doctor: int, kind: str) -> Row:
    """Write one decision down if nobody else was first, and fetch the next name."""
    entry, version, publication = name[0], name[1], name[12]
    state = "invited" if kind == "invite" else kind
    changed = connection.execute(
        "UPDATE lists_entry SET state = %s, version = version + 1, later_until = %s "
        "WHERE id = %s AND version = %s AND left_at IS NULL",
        [state, dt.date.max if kind == "later" else None, entry, version],
    )
    assert changed.rowcount == 1
    connection.execute(
        "INSERT INTO lists_review (entry_id, kind, reason, note, state_before, publication_id, by_id, at, seconds) "
        "VALUES (%s, %s, %s, '', 'open', %s, %s, now(), 1)",
        [entry, kind, "too_complex" if kind == "not_relevant" else "", publication, doctor],
    )
    if kind == "invite":
        connection.execute(
            "WITH made AS (INSERT INTO lists_inclusion (citizen_id, programme, model, practice_id, source, entry_id, "
            "model_version, stage, purpose, opened_at, opened_by_id, end_reason, decline_reason, end_note, version) "
            "VALUES (%s, 'odense-ic', %s, %s, 'list', %s, '', 'to_invite', '', now(), %s, '', '', '', 0) RETURNING id) "
            'INSERT INTO lists_step (inclusion_id, kind, "on", note, reason, by_id, at) '
            "SELECT id, 'chosen', current_date, '', '', %s, now() FROM made",
            [name[_CITIZEN], model, practice, entry, doctor, doctor],
        )
    connection.commit()
    return card(connection, practice, model, doctor=doctor)


def record(connection: Connection, citizen: int) -> None:
    """A citizen with names, inclusions, tasks and consents."""
    for statement in (
        "SELECT c.*, o.name FROM access_citizen c LEFT JOIN access_organisation o ON o.id = c.practice_id "
        "WHERE c.id = %s",
        "SELECT e.*, p.as_of, p.data_dates, p.definition FROM lists_entry e "
        "JOIN lists_publication p ON p.id = e.publication_id WHERE e.citizen_id = %s AND e.left_at IS NULL",
        "SELECT * FROM lists_inclusion WHERE citizen_id = %s ORDER BY opened_at DESC",
        "SELECT t.*, o.name FROM access_caretask t JOIN access_organisation o ON o.id = t.organisation_id "
        "WHERE t.citizen_id = %s AND t.closed_at IS NULL",
        "SELECT * FROM access_consent WHERE citizen_id = %s",
    ):
        connection.execute(statement, [citizen]).fetchall()
    connection.commit()


def log(connection: Connection, citizen: int) -> None:
    """The newest rows of a citizen's log, and the organisations among the newest thousand."""
    connection.execute(
        "SELECT at, user_name, role, organisation_name, verb, resource, purpose, basis, outcome, reason "
        "FROM access_accessrecord WHERE citizen_id = %s AND NOT (role = 'citizen' AND outcome = 'allowed') "
        "ORDER BY at DESC, id DESC LIMIT %s",
        [citizen, PAGE + 1],
    ).fetchall()
    connection.execute(
        "SELECT DISTINCT organisation_id, organisation_name FROM (SELECT organisation_id, organisation_name "
        "FROM access_accessrecord WHERE citizen_id = %s ORDER BY at DESC LIMIT 1000) AS newest",
        [citizen],
    ).fetchall()
    connection.commit()
