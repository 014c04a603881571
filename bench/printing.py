"""What a benchmark says: lines as they come, and tables."""

from __future__ import annotations


def say(text: str) -> None:
    """A line that is seen at once."""
    print(text, flush=True)


def table(heads: list[str], rows: list[list[str]], markdown: bool) -> str:
    """A table of texts, the first column to the left and the others to the right."""
    if markdown:
        lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)
    widths = [max(len(line[column]) for line in [heads, *rows]) for column in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            text.rjust(width) if column else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
