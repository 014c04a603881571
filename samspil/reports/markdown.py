"""A document as Markdown. Charts are given by their tables of numbers."""

from __future__ import annotations

import re

from samspil.reports.document import Block, Bullets, Document, Facts, Paragraph, Row, Section, Table


def to_markdown(document: Document) -> str:
    """The document as GitHub-flavoured Markdown."""
    lines = [f"# {escaped(document.title)}", "", escaped(document.subtitle), ""]
    for section in document.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    one_line = " ".join(text.split("\n"))
    one_line = re.sub(r"([\\`*_\[\]|])", r"\\\1", one_line)
    one_line = re.sub(r"^(\d+)([.)]) ", r"\1\\\2 ", re.sub(r"^([#+-]) ", r"\\\1 ", one_line))
    return one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(section: Section, level: int) -> list[str]:
    lines = [f"{'#' * level} {escaped(section.title)}", ""]
    for block in section.blocks:
        lines += [*_block(block), ""]
    for child in section.sections:
        lines += _section(child, level + 1)
    return lines


def _block(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        text = escaped(block.text)
        return [{"lead": f"**{text}**", "warning": f"> **{text}**", "note": f"*{text}*"}.get(block.kind, text)]
    if isinstance(block, Bullets):
        return [f"- {escaped(item)}" for item in block.items]
    if isinstance(block, Facts):
        return [f"- **{escaped(fact.name)}**: {escaped(fact.value)}" for fact in block.facts]
    if isinstance(block, Row):
        return [line for figure in block.figures for line in (*_table(figure.table), "")]
    return _table(block)


def _table(table: Table) -> list[str]:
    lines = [
        f"**{escaped(table.caption)}**",
        "",
        _row([column.title for column in table.columns]),
        "|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|",
        *(_row(list(row)) for row in table.rows),
    ]
    return [*lines, "", f"*{escaped(table.note)}*"] if table.note else lines


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"
