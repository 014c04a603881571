"""What lies on a disk, for holding one folder against another."""

from pathlib import Path

#: What a backup holds of a home; what else lies there is temporary, or made again.
KEPT = ("lake", "vault", "runs", "releases", "studies.jsonl")


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of every file below a folder, by its path in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes()) for path in files}


def kept(home: Path) -> dict[str, tuple[int, bytes]]:
    """The files of a home that a backup has to bring back."""
    return {name: found for name, found in tree(home).items() if name.partition("/")[0] in KEPT}


def flip(path: Path, position: int = -1) -> None:
    """Change one bit of a file, as a bad disk does."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    mode = path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(mode)
