"""The command line as a newcomer meets it: help, real output, and faults told in words."""

import re
import subprocess
import sys

import pytest

from samspil import __version__, cli


def samspil(*arguments, home=None):
    """One command in its own process: (exit code, standard output, standard error)."""
    extra = ["--home", str(home)] if home else []
    result = subprocess.run(
        [sys.executable, "-m", "samspil", *arguments, *extra], capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout, result.stderr


def here(capsys, monkeypatch, *arguments):
    """One command in this process: (exit code, standard output, standard error)."""
    monkeypatch.setattr(sys, "argv", ["samspil", *map(str, arguments)])
    try:
        cli.main()
        code = 0
    except SystemExit as stop:
        code = stop.code
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_help_names_every_verb_without_loading_the_engine():
    code = "import sys; from samspil import cli; print([m for m in sys.modules if m in ('ibis', 'duckdb', 'pandas')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
    status, out, _ = samspil("--help")
    assert status == 0
    for verb in ("synth", "ingest", "models", "stratify", "explain", "lists", "validate", "warehouse"):
        assert verb in out


def test_the_version(capsys, monkeypatch):
    assert here(capsys, monkeypatch, "--version")[1].strip() == f"samspil {__version__}"


def test_a_fault_of_use_is_one_line_and_no_traceback(tmp_path):
    code, out, err = samspil("stratify", "--model", "daemp", "--as-of", "2016-10-15", home=tmp_path / "empty")
    assert code == 2
    assert "no run without the source `civil`" in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stratify", "--model", "daemp", "--as-of", "15-10-2016"], "15-10-2016"),
        (["explain", "--model", "daemp", "--as-of", "2016-10-15", "--person", "abc"], "--person"),
        (["ingest", "/nowhere"], "no datapackage.json here"),
        (["warehouse", "lineage", "nothing"], "no source, table or run"),
        (["warehouse", "switch-off", "hospitals", "--reason", "a test"], "unknown source `hospitals`"),
        (["synth", "--persons", "0", "--as-of", "2016-10-15", "--out", "x"], "at least one person"),
    ],
)
def test_wrong_input_is_named(capsys, monkeypatch, tmp_path, arguments, says):
    monkeypatch.setenv("SAMSPIL_HOME", str(tmp_path / "home"))
    code, _, err = here(capsys, monkeypatch, *arguments)
    assert code == 2
    assert says in err


def test_a_walk_through_the_verbs(capsys, monkeypatch, own_home, deliveries, tmp_path):
    monkeypatch.setenv("SAMSPIL_HOME", str(own_home))

    def run(*arguments):
        code, out, err = here(capsys, monkeypatch, *arguments)
        assert code == 0, out + err
        return out

    assert "already loaded; nothing changed" in run("ingest", deliveries)
    assert "daemp" in run("models")
    day = ("--as-of", "2016-10-15")
    assert "fresh" in run("warehouse", "status", *day)
    assert "Run 20161015-sad+daemp" in run(
        "stratify", "--model", "sad", "--model", "daemp", *day, "--out", own_home.parent / "scores.csv"
    )
    assert "initial lists" in run("lists", "--model", "daemp", *day)
    name = next(path.name for path in (own_home / "runs").iterdir() if "sad+daemp" in path.name)
    assert "000 L3676-3686" in run("warehouse", "lineage", f"{name}:daemp.risk_drugs")
    assert "Acute admission" in run(
        "validate", "--model", "daemp", "--as-of", "2015-10-15", "--out", tmp_path / "reports"
    )
    person = re.search(r"^(\d+),\d+,daemp", (own_home.parent / "scores.csv").read_text(), re.MULTILINE)[1]
    assert "the target group begins at 7" in run("explain", "--model", "daemp", *day, "--person", person)
    assert "No rows were rejected" in run("warehouse", "rejects")
    assert "missing" in run("warehouse", "switch-off", "prescriptions", "--reason", "a legal stop")
    assert "a legal stop" in run("warehouse", "status", *day)
    assert "polypharmacy, risk_drugs" in run("stratify", "--model", "daemp", *day)
    run("warehouse", "switch-on", "prescriptions")
    assert "rows of dispensing" in run("warehouse", "purge", "prescriptions", "--reason", "a legal order", "--yes")
    assert "a legal order" in run("warehouse", "status", *day)


def test_a_refused_delivery_ends_with_an_error_code(capsys, monkeypatch, deliveries, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "datapackage.json").write_text("{")
    code, out, err = here(capsys, monkeypatch, "ingest", broken, "--home", tmp_path / "home")
    assert code == 1
    assert "refused" in out
    assert "1 of 1 deliveries refused" in err


def test_a_purge_asks_first(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("typer.confirm", lambda *_, **__: (_ for _ in ()).throw(SystemExit(1)))
    code, _, _ = here(capsys, monkeypatch, "warehouse", "purge", "civil", "--reason", "x", "--home", tmp_path)
    assert code == 1
