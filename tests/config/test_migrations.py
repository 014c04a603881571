"""No migration keeps others waiting: what each asks of PostgreSQL is read, and what takes long locks is refused.

The statements of every migration after those of the first release are looked at, as PostgreSQL would get them. A table
that a migration makes itself is nobody else's yet, and may be changed in any way by it.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.functions import RandomUUID
from django.db import connection, migrations, models
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from samspil.access.operations import AddIndexBesideWriters

ROOMS = ("access", "improvement", "lists", "plans")
#: What an installation began with. Nobody used its tables before.
FIRST = {
    "access": "0005_cluster_leadership",
    "improvement": "0001_initial",
    "lists": "0001_initial",
    "plans": "0001_initial",
}
#: Migrations that run Python, or take something away, and were looked at: why nobody waits for them.
LOOKED_AT = {
    "access.0006_log_by_month": "what takes long is done beside others, and the exchange changes the catalogue alone",
}

#: What a statement that changes a table others use must not do: a pattern, and what to do instead.
REFUSED = {
    r"^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)": "nobody can write while it is built: use AddIndexBesideWriters",
    r"^(REINDEX|CLUSTER|VACUUM FULL|LOCK)\b": "the table is closed meanwhile",
    r"ALTER COLUMN \S+ (SET DATA )?TYPE": "the table is written anew: add a column, fill it, and change over",
    r"ALTER COLUMN \S+ SET NOT NULL": "the table is looked through: add a check NOT VALID, validate it later",
    r"ADD CONSTRAINT \S+ (UNIQUE|PRIMARY KEY) \(": "an index is built under a lock: use AddIndexBesideWriters",
    r"ADD CONSTRAINT \S+ EXCLUDE": "an index is built under a lock, and it cannot be built otherwise",
    r"ADD CONSTRAINT \S+ (CHECK|FOREIGN KEY)(?!.*NOT VALID)": "the table is looked through: add it NOT VALID",
    r"ADD COLUMN .*\b(SERIAL|BIGSERIAL|IDENTITY|STORED)\b": "the table is written anew",
    r"ADD COLUMN .*DEFAULT \(?(?!NOW|STATEMENT_TIMESTAMP)[A-Z_]+\s*\(": "the table is written anew, row by row",
    r"ADD COLUMN .*\bUNIQUE\b": "an index is built under a lock: add the column, then the index beside writers",
    r"\bRENAME\b": "the version that is running asks by the old name",
    r"^(UPDATE|DELETE|INSERT|TRUNCATE)\b": "rows are locked until the end: do it in batches, in a command",
    r"^DROP TABLE|DROP COLUMN": "the version that is running may ask for it: one version later",
}


def statements(migration, state):
    """What a migration asks of PostgreSQL, one statement after the other; RunPython asks nothing here."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def faults(asked, runs_python=False):
    """What of it would keep others waiting, and what to do instead."""
    made = {name for line in asked for name in re.findall(r'^CREATE TABLE "?(\w+)"?', line)}
    found = ["it runs Python, which nobody can read here"] if runs_python else []
    for line in asked:
        on = re.search(r'(?:ALTER TABLE|\bON|UPDATE|INTO|FROM) (?:ONLY )?"?(\w+)"?', line)
        if on is not None and on[1] in made:
            continue
        found += [f"{line}\n    {instead}" for pattern, instead in REFUSED.items() if re.search(pattern, line, re.I)]
    # A default of Django's is there for the rows that are, and is gone when the version that is running adds one.
    for line, following in pairwise([*asked, ""]):
        column = re.search(r'ADD COLUMN "(\w+)".* NOT NULL', line)
        if column and f'ALTER COLUMN "{column[1]}" DROP DEFAULT' in following:
            found.append(f"{line}\n    the version that is running does not fill it: give it a db_default")
    return found


def later():
    """Every migration after those of the first release, with the state before it."""
    loader = MigrationLoader(connection)
    plan = [node for room in ROOMS for node in loader.graph.forwards_plan(loader.graph.leaf_nodes(room)[0])]
    first = {node for room, name in FIRST.items() for node in loader.graph.forwards_plan((room, name))}
    for node in dict.fromkeys(plan):
        if node[0] in ROOMS and node not in first:
            yield loader.get_migration(*node), loader.project_state(node, at_end=False)


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_no_migration_keeps_others_waiting():
    seen = set()
    for migration, state in later():
        name = f"{migration.app_label}.{migration.name}"
        seen.add(name)
        runs_python = any(isinstance(step, RunPython) for step in migration.operations)
        found = faults(statements(migration, state), runs_python)
        assert name in LOOKED_AT or not found, "\n".join([name, *found])
    assert set(LOOKED_AT) <= seen, "what was looked at is there"


# What the rule refuses, so that it is known to.


#: A table that others use.
THING = migrations.CreateModel(
    "Thing",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=10)),
        ("number", models.IntegerField(null=True)),
    ],
)


def refused(*steps, python=False):
    """What the rule says of a migration with these steps, on a table that is in use."""
    state = ProjectState()
    THING.state_forwards("access", state)
    migration = type("Migration", (migrations.Migration,), {"operations": list(steps), "atomic": False})
    return faults(statements(migration("after", "access"), state), python)


def add(field):
    return migrations.AddField("thing", "added", field)


def alter(name, field):
    return migrations.AlterField("thing", name, field)


def constrain(constraint):
    return migrations.AddConstraint("thing", constraint)


INDEX = models.Index(fields=["number"], name="by_number")
KEEPS_WAITING = {
    "an index": migrations.AddIndex("thing", INDEX),
    "an index of a field": alter("number", models.IntegerField(null=True, db_index=True)),
    "a field that must be filled": alter("number", models.IntegerField()),
    "another type": alter("number", models.BigIntegerField(null=True)),
    "a longer text": alter("name", models.CharField(max_length=20)),
    "a check": constrain(models.CheckConstraint(condition=models.Q(number__gt=0), name="positive")),
    "a uniqueness": constrain(models.UniqueConstraint(fields=["number"], name="once")),
    "a partial uniqueness": constrain(
        models.UniqueConstraint(fields=["number"], condition=models.Q(name="x"), name="once")
    ),
    "an exclusion": constrain(ExclusionConstraint(name="apart", expressions=[("number", "=")])),
    "a field that the running version does not fill": add(models.IntegerField(default=0)),
    "a value for each row": add(models.UUIDField(db_default=RandomUUID())),
    "a unique field": add(models.IntegerField(null=True, unique=True)),
    "a reference with its index": add(models.ForeignKey("access.Thing", models.CASCADE, null=True)),
    "a computed field": add(
        models.GeneratedField(expression=models.F("number") + 1, output_field=models.IntegerField(), db_persist=True)
    ),
    "another name": migrations.RenameField("thing", "number", "count"),
    "a field taken away": migrations.RemoveField("thing", "number"),
    "a table taken away": migrations.DeleteModel("Thing"),
    "rows changed": migrations.RunSQL("UPDATE access_thing SET number = 1"),
}
LETS_OTHERS_WORK = {
    "an index beside writers": AddIndexBesideWriters("thing", INDEX),
    "a field that may be empty": add(models.IntegerField(null=True)),
    "a field that the database fills": add(models.IntegerField(db_default=0)),
    "a field that says when": add(models.DateTimeField(db_default=Now())),
    "a reference without an index": add(models.ForeignKey("access.Thing", models.CASCADE, null=True, db_index=False)),
    "other words to choose from": alter("name", models.CharField(max_length=10, choices=[("a", "A")])),
    "a check that is not valid yet": migrations.RunSQL(
        'ALTER TABLE "access_thing" ADD CONSTRAINT positive CHECK (number > 0) NOT VALID'
    ),
    "a table of its own, with an index": migrations.CreateModel(
        "Other",
        [("id", models.BigAutoField(primary_key=True)), ("number", models.IntegerField(db_index=True))],
        {"indexes": [models.Index(fields=["number"], name="other_by_number")]},
    ),
}


@pytest.mark.django_db(transaction=True)
def test_an_index_beside_writers_is_an_index_and_is_built_again_where_it_was_stopped():
    state = ProjectState()
    THING.state_forwards("access", state)
    with connection.schema_editor() as editor:
        editor.create_model(state.apps.get_model("access", "thing"))
    try:
        following, step = state.clone(), AddIndexBesideWriters("thing", INDEX)
        step.state_forwards("access", following)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("CREATE INDEX by_number ON access_thing (number)")
                cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_number'::regclass")
        with connection.schema_editor(atomic=connection.vendor == "sqlite") as editor:
            step.database_forwards("access", editor, state, following)
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "access_thing")
            assert found["by_number"]["columns"] == ["number"]
            if connection.vendor == "postgresql":
                cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_number'::regclass")
                assert cursor.fetchone() == (True,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE access_thing")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
class TestTheRule:
    @pytest.mark.parametrize("what", KEEPS_WAITING)
    def test_it_refuses(self, what):
        assert refused(KEEPS_WAITING[what])

    @pytest.mark.parametrize("what", LETS_OTHERS_WORK)
    def test_it_allows(self, what):
        assert refused(LETS_OTHERS_WORK[what]) == []

    def test_python_is_to_be_looked_at(self):
        assert refused(RunPython(RunPython.noop), python=True)
