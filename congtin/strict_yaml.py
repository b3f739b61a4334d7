"""YAML as Côngtin accepts it: no tags, anchors or duplicate keys, and every error has a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from congtin.messages import Msg, msg

MOST_BYTES = 256 * 1024
MOST_DEPTH = 20

Path = Sequence[str | int]


class YamlProblem(Exception):
    """A text that is not acceptable YAML; ``line`` counts from 1 within that text."""

    def __init__(self, code: str, message: Msg, line: int, hint: Msg | None = None) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.line = line
        self.hint = hint


# What plain text means, by YAML 1.2: dates stay text, ``no`` is no boolean.
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_OF_NUMBERS = frozenset("-+0123456789")


class _Reader:
    """libyaml's events made data; PyYAML's nodes, resolvers and constructors take twice the time."""

    def __init__(self, text: str) -> None:
        self.next_event = yaml.CBaseLoader(text).get_event
        self.depth = 0
        self.problem: YamlProblem | None = None

    def document(self) -> object:
        """Return the data of the only document; what is wrong with keys is told only of YAML that can be read."""
        self.next_event()
        data: object = None
        if type(self.next_event()) is yaml.DocumentStartEvent:
            data = self.value(self.next_event())
            self.next_event()
            more: Any = self.next_event()
            if type(more) is not yaml.StreamEndEvent:
                raise yaml.composer.ComposerError(None, None, "but found another document", more.start_mark)
        if self.problem:
            raise self.problem
        return data

    def value(self, event: Any) -> Any:
        kind = type(event)
        if kind is yaml.AliasEvent or event.anchor or event.tag:
            raise _forbidden(event)
        if kind is yaml.ScalarEvent:
            return _scalar(event.value) if event.implicit[0] else event.value
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise YamlProblem("yaml-depth", msg("The YAML is nested too deeply."), event.start_mark.line + 1)
        data = self.mapping() if kind is yaml.MappingStartEvent else self.sequence()
        self.depth -= 1
        return data

    def sequence(self) -> list[Any]:
        entries: list[Any] = []
        while type(event := self.next_event()) is not yaml.SequenceEndEvent:
            entries.append(self.value(event))
        return entries

    def mapping(self) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while type(event := self.next_event()) is not yaml.MappingEndEvent:
            key = self.value(event)
            if not isinstance(key, str):
                self.tell("yaml-key", msg("The key “{key}” must be text.", key=key), event)
                key = ""
            elif key in mapping:
                self.tell("yaml-duplicate", msg("The key “{key}” stands twice.", key=key), event)
            mapping[key] = self.value(self.next_event())
        return mapping

    def tell(self, code: str, message: Msg, event: Any) -> None:
        self.problem = self.problem or YamlProblem(code, message, event.start_mark.line + 1)


def _scalar(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _OF_NUMBERS:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    return text


def _forbidden(event: Any) -> YamlProblem:
    line = event.start_mark.line + 1
    if event.anchor:
        text = msg("YAML anchors and aliases (& and *) are not allowed.")
        return YamlProblem("yaml-alias", text, line, msg("Text that begins with & or * needs quotation marks."))
    tag = event.tag.replace("tag:yaml.org,2002:", "!!")
    text = msg("The YAML tag “{tag}” is not allowed.", tag=tag)
    hint = msg("Write plain text, numbers, lists and keys only; text that begins with ! needs quotation marks.")
    return YamlProblem("yaml-tag", text, line, hint)


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
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = error.problem or error.context or ""
        hint = next((hint for part, hint in _SYNTAX_HINTS.items() if part in detail), _QUOTE)
        message = msg("The YAML cannot be read: {detail}.", detail=detail)
        raise YamlProblem("yaml-syntax", message, mark.line + 1 if mark else 1, hint) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlProblem("yaml-character", msg("The YAML holds a control character."), line) from error


def line_of(text: str, path: Path) -> int:
    """Return the line of a key or list entry in YAML that ``load`` accepted; the nearest that exists."""
    node = _composed(text)
    line = 1
    for step in path:
        found = _step(node, step)
        if found is None:
            break
        line, node = found
    return line


@lru_cache(maxsize=8)
def _composed(text: str) -> yaml.Node | None:
    """Return the nodes of a text; whoever asks for one line often asks for more of the same text."""
    return yaml.compose(text, Loader=yaml.CSafeLoader)


@dataclass(frozen=True, slots=True)
class Escaped:
    """Text in double quotation marks with escapes: as it is read, as it is written, and its field's line."""

    value: str
    written: str
    line: int


def escaped(text: str) -> Iterator[Escaped]:
    """Yield what YAML that ``load`` accepted says by escapes (a backslash and a code), keys included."""
    if "\\" in text:
        yield from _escaped(_composed(text), text, 1)


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
