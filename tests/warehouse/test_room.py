"""What a running command has on the disk is its own for as long as it runs, whatever number its process has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from samspil.warehouse.room import Room, clear

WAITING = """
import sys
from pathlib import Path
from samspil.warehouse.room import Room
room = Room(Path(sys.argv[1]))
print(room.path, flush=True)
sys.stdin.read()
"""


def test_a_room_goes_with_who_is_in_it(tmp_path: Path) -> None:
    with Room(tmp_path) as room:
        (room / "spilled").write_text("rows")
        clear(tmp_path)
        assert [path.name for path in room.iterdir()] == ["spilled"]
        assert room.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_room_that_its_user_makes_anew_is_still_in_use(tmp_path: Path) -> None:
    """As Spark does, which removes a folder before it writes it."""
    with Room(tmp_path) as room:
        room.rmdir()
        room.mkdir()
        clear(tmp_path)
        assert room.exists()


def test_what_a_killed_process_left_is_cleared_away_and_nothing_before(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        room = Path(other.stdout.readline().strip()).parent
        # What the number in a name says of a process in another container is nothing.
        renamed = room.rename(room.with_name("4194305-elsewhere"))
        clear(tmp_path)
        assert renamed.exists()
        other.send_signal(signal.SIGKILL)
    clear(tmp_path)
    assert not renamed.exists()


def test_a_room_of_somebody_gone_with_the_number_of_somebody_here_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / f"{os.getpid()}-left").mkdir()
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_ends_leaves_the_room_of_its_parent(tmp_path: Path) -> None:
    room = Room(tmp_path)
    child = os.fork()
    if child == 0:
        room.leave()
        os._exit(0)
    os.waitpid(child, 0)
    assert room.path.exists()
    room.leave()
    room.leave()
    assert not room.path.exists()
