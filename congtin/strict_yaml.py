"""YAML as Côngtin accepts it: no tags, anchors or duplicate keys, and every error has a line."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from congtin.messages import Msg, msg

MOST_BYTES = 256 * 1024
MOST_DEPTH = 20

# What the plain loader must not be given unseen: anchors, tags, and nesting that costs two bytes a level.
_RISKY = re.compile(r"[&*!]|(?:[-?:][ \t]+){8}")

Path = Sequence[str | int]


class YamlProblem(Exception):
    """A text that is not acceptable YAML; ``line`` counts from 1 within that text."""

    def __init__(self, code: str, message: Msg, line: int, hint: Msg | None = None) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.line = line
        self.hint = hint


class _Loader(yaml.CSafeLoader):
    """libyaml with the types of YAML 1.2: dates stay text, ``no`` is no boolean."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # PyYAML's own form

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise YamlProblem("yaml-key", msg("The key “{key}” must be text.", key=key), line)
            if key in mapping:
                raise YamlProblem("yaml-duplicate", msg("The key “{key}” stands twice.", key=key), line)
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


def _construct_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    return loader.construct_mapping(node)


def _tag_problem(tag: str, line: int) -> YamlProblem:
    text = msg("The YAML tag “{tag}” is not allowed.", tag=tag)
    hint = msg("Write plain text, numbers, lists and keys only; text that begins with ! needs quotation marks.")
    return YamlProblem("yaml-tag", text, line, hint)


for _tag, _first, _pattern in (
    ("tag:yaml.org,2002:null", "~nN\0", r"~|null|Null|NULL|"),
    ("tag:yaml.org,2002:bool", "tTfF", r"true|True|TRUE|false|False|FALSE"),
    ("tag:yaml.org,2002:int", "-+0123456789", r"[-+]?(0|[1-9][0-9]{0,17})"),
    ("tag:yaml.org,2002:float", "-+0123456789.", r"[-+]?[0-9]+\.[0-9]+"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})$"), [*_first.replace("\0", ""), ""])
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


_QUOTE = msg("Text with “: ” or “#”, or that begins with a sign, needs quotation marks.")
# libyaml's words for the slips people make, and what to do.
_SYNTAX_HINTS = {
    "mapping values are not allowed": msg("The line holds “: ” twice: put the text in quotation marks."),
    "tab character": msg("Indent with spaces, not with tabs."),
    "cannot start any token": msg("Indent with spaces, not with tabs; text that begins with @ or ` needs quotes."),
    "node content": msg("A bracket is not closed; text that begins with one needs quotation marks."),
    "']'": msg("A bracket is not closed; text that begins with one needs quotation marks."),
    "'}'": msg("A bracket is not closed; text that begins with one needs quotation marks."),
    "unexpected end of stream": msg("A quotation mark is not closed."),
    "another document": msg("There may be no line “---” within."),
}


def load(text: str) -> object:
    """Return the data of one YAML document; raise YamlProblem on anything else."""
    if len(text) > MOST_BYTES:
        raise YamlProblem("yaml-size", msg("The YAML is larger than {most} bytes.", most=MOST_BYTES), 1)
    try:
        if _RISKY.search(text) or text.count("[") + text.count("{") > MOST_DEPTH:
            _refuse_bombs(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a subclass of CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = error.problem or error.context or ""
        hint = next((hint for part, hint in _SYNTAX_HINTS.items() if part in detail), _QUOTE)
        message = msg("The YAML cannot be read: {detail}.", detail=detail)
        raise YamlProblem("yaml-syntax", message, mark.line + 1 if mark else 1, hint) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlProblem("yaml-character", msg("The YAML holds a control character."), line) from error
    except RecursionError as error:
        raise YamlProblem("yaml-depth", msg("The YAML is nested too deeply."), 1) from error


def _refuse_bombs(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem(
                "yaml-alias",
                msg("YAML anchors and aliases (& and *) are not allowed."),
                line,
                msg("Text that begins with & or * needs quotation marks."),
            )
        tag = getattr(event, "tag", None)
        if tag:
            raise _tag_problem(tag.replace("tag:yaml.org,2002:", "!!"), line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise YamlProblem("yaml-depth", msg("The YAML is nested too deeply."), line)


def line_of(text: str, path: Path) -> int:
    """Return the line of a key or list entry in YAML that ``load`` accepted; the nearest that exists."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = 1
    for step in path:
        found = _step(node, step)
        if found is None:
            break
        line, node = found
    return line


@dataclass(frozen=True, slots=True)
class Escaped:
    """Text in double quotation marks with escapes: as it is read, as it is written, and its field's line."""

    value: str
    written: str
    line: int


def escaped(text: str) -> Iterator[Escaped]:
    """Yield what YAML that ``load`` accepted says by escapes (a backslash and a code), keys included."""
    if "\\" in text:
        yield from _escaped(yaml.compose(text, Loader=yaml.CSafeLoader), text, 1)


def _escaped(node: yaml.Node | None, text: str, line: int) -> Iterator[Escaped]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = key.start_mark.line + 1
            yield from _escaped(key, text, at)
            yield from _escaped(value, text, at)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _escaped(entry, text, entry.start_mark.line + 1)
    elif isinstance(node, yaml.ScalarNode) and node.style == '"':
        written = text[node.start_mark.index : node.end_mark.index]
        if "\\" in written:
            yield Escaped(node.value, written, line)


def _step(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        entry = node.value[step]
        return entry.start_mark.line + 1, entry
    return None
