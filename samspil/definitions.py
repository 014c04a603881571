"""Definitions as data: YAML files that are read with their line numbers and validated.

Criteria, points, thresholds and contracts of Samspil are YAML that domain people review. Whoever edits one
must be told which file, which line and what is wrong, in words of the definition and not of the parser.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

Location = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


class SamspilError(Exception):
    """A fault of input or use that the user can mend. Its text names the place and the mend."""


@dataclass(frozen=True)
class Fault:
    """One fault in a definition file."""

    file: Path
    line: int
    cause: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.cause}"


class DefinitionError(SamspilError):
    """A definition file that cannot be used, with every fault found in it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))

    @classmethod
    def of(cls, file: Path, cause: str) -> DefinitionError:
        """The error of a file that cannot be read at all."""
        return cls([Fault(file, 1, cause)])


class Definition(BaseModel):
    """Base of everything that is read from YAML: immutable, and unknown keys are faults, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class YamlFile:
    """The content of one YAML file and the line on which each part of it begins."""

    path: Path
    content: Any
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int:
        """The line of `location`, or of the nearest enclosing part that the file spells out."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(self, location: Location, cause: str) -> Fault:
        return Fault(self.path, self.line(location), cause)


#: The parser in C where PyYAML has it: ten times as fast.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML file. Raises DefinitionError for bad syntax and for a key written twice."""
    faults: list[Fault] = []
    lines: dict[Location, int] = {}
    content = None
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        if root is not None:
            _collect_lines(root, (), lines, faults, path)
            if not faults:
                content = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DefinitionError(
            [Fault(path, mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}")]
        ) from error
    except (UnicodeDecodeError, yaml.reader.ReaderError) as error:
        raise DefinitionError([Fault(path, 1, f"not UTF-8 text: {error}")]) from error
    if root is None:
        raise DefinitionError([Fault(path, 1, "the file is empty")])
    if faults:
        raise DefinitionError(faults)
    return YamlFile(path, content, lines)


def _collect_lines(
    node: yaml.Node,
    location: Location,
    lines: dict[Location, int],
    faults: list[Fault],
    path: Path,
    within: tuple[yaml.Node, ...] = (),
) -> None:
    line = node.start_mark.line + 1
    lines.setdefault(location, line)
    if node in within:
        faults.append(Fault(path, line, "not valid YAML: an alias stands within what it is the alias of"))
        return
    within = (*within, node)
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "…"
            here = (*location, key)
            if key_node.tag != "tag:yaml.org,2002:str":
                cause = f"the key `{key}` is not text to YAML; write it in quotes or choose another"
                faults.append(Fault(path, key_node.start_mark.line + 1, cause))
            if key in seen:
                faults.append(Fault(path, key_node.start_mark.line + 1, f"the key `{key}` is written twice"))
            seen.add(key)
            lines[here] = key_node.start_mark.line + 1
            _collect_lines(value_node, here, lines, faults, path, within)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _collect_lines(item, (*location, position), lines, faults, path, within)
    elif node.tag == "tag:yaml.org,2002:timestamp":
        try:
            yaml.SafeLoader("").construct_object(node)
        except ValueError as error:
            faults.append(Fault(path, line, f"`{node.value}` is not a day: {error}"))


def validate(file: YamlFile, model: type[ModelT], content: Any = None) -> ModelT:
    """The content of `file` as a `model`. Raises DefinitionError that lists every fault with its line.

    `content` replaces the file's own content where it was resolved first (dated values at a date, say); lines
    are then those of the nearest part that the file spells out.
    """
    try:
        return model.model_validate(file.content if content is None else content)
    except ValidationError as error:
        raise DefinitionError(
            [file.fault(fault["loc"], _in_words(fault["loc"], fault["msg"], fault)) for fault in error.errors()]
        ) from error


def _in_words(location: Location, message: str, fault: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in location) or "the file"
    kind = fault["type"]
    if kind == "extra_forbidden":
        return f"`{where}`: unknown key"
    if kind == "missing":
        return f"`{where}` is missing"
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    given = fault.get("input")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"`{where}`: {message}{shown}"
