"""How what a Change changes looks on a terminal, and as JSON.

Colours only help: a sign stands before every line, and [-…-] {+…+} around words. A text that holds such signs
itself shows them in ⟦ ⟧, so that it cannot pretend to be a comparison.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from congtin.editorial.diff.model import (
    ChangeDiff,
    FieldChange,
    FileDiff,
    ItemDiff,
    Passage,
    Piece,
    Shape,
    Sign,
    Sort,
    Version,
    What,
)
from congtin.languages import own_name
from congtin.messages import Msg, msg, translate_count, user_language

FORMAT = 1

_MARKS = re.compile(r"\[-|-\]|\{\+|\+\}")
_STYLES = {Sign.REMOVED: "red", Sign.ADDED: "green", Sign.CHANGED: "", Sign.SAME: "dim", Sign.FOLDED: "dim"}
_SIGNS = {Sign.REMOVED: "- ", Sign.ADDED: "+ ", Sign.CHANGED: "~ ", Sign.SAME: "  ", Sign.FOLDED: "  "}
_LEAST_WIDTH = 20

_WHAT: dict[What, Msg] = {
    What.NEW: msg("new"),
    What.TRANSLATED: msg("new translation"),
    What.EDITED: msg("edited"),
    What.MOVED: msg("moved"),
    What.WITHDRAWN: msg("withdrawn"),
    What.RESTORED: msg("restored"),
    What.DELETED: msg("deleted"),
    What.CONFIRMED: msg("translation confirmed"),
    What.ADDED: msg("added"),
    What.REPLACED: msg("replaced"),
    What.REMOVED: msg("removed"),
    What.PICKED: msg("taken over by the Site"),
    What.REFUSED: msg("refused by the Site"),
    What.PICK_ENDED: msg("copy ended"),
    What.REWRITTEN: msg("only the writing differs, not the meaning"),
    What.MODE: msg("the kind of file differs or does not belong here"),
}
_SORTS: dict[Sort, Msg] = {
    Sort.ORIGINAL: msg("original"),
    Sort.TRANSLATION: msg("translation"),
    Sort.MEDIA: msg("attached file"),
    Sort.PICK: msg("answer to the offer"),
}


def show_diff(console: Console, diff: ChangeDiff, *, lines: bool = False) -> None:
    """Print a Change by Items and languages; with ``lines``, the lines of every file too."""
    _View(console, lines=lines).show(diff)


def diff_json(diff: ChangeDiff) -> str:
    """Return a Change as JSON in format 1: the fields of `editorial.diff.model`, the same in every locale."""
    return json.dumps({"format": FORMAT, **_data(diff)}, ensure_ascii=False, indent=1, sort_keys=True)


def _data(value: Any) -> Any:
    if isinstance(value, Msg):
        return value.in_language("en")
    if dataclasses.is_dataclass(value):
        # A label is a name in the reader's language; the path beside it names the field for programs.
        return {f.name: _data(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "label"}
    return [_data(entry) for entry in value] if isinstance(value, tuple) else value


@dataclasses.dataclass(frozen=True)
class _View:
    console: Console
    lines: bool

    def show(self, diff: ChangeDiff) -> None:
        if not any(diff.files()):
            self.line("", Text(str(msg("Nothing differs."))))
        for item in diff.items:
            self.item(item)
        self.group(msg("Settings"), diff.settings)
        self.group(msg("Other files"), diff.others)

    def item(self, item: ItemDiff) -> None:
        title = _safe(item.title) or str(msg("Item without a title"))
        self.line("■ ", Text(title + (f" ({_safe(item.id)})" if item.id else ""), "bold"))
        if item.path:
            self.line("  @ ", Text(_safe(item.path), "dim"))
        if item.old_path:
            self.line("  @ ", Text(str(msg("moved from {path}", path=_safe(item.old_path)))))
        for file in item.files:
            self.file(file, _name_in_item(file))
        self.line("", Text())

    def group(self, name: Msg, files: Iterable[FileDiff]) -> None:
        for number, file in enumerate(files):
            if not number:
                self.line("■ ", Text(str(name), "bold"))
            self.file(file, _safe(file.path))

    # --- one file ------------------------------------------------------------------------------

    def file(self, file: FileDiff, name: str) -> None:
        head = Text(f"{name}: ", "bold")
        head.append(", ".join(str(_WHAT[what]) for what in file.what), "bold cyan")
        self.line("  ▸ ", head)
        for problem in file.problems:
            self.line("    ! ", Text(_safe(str(problem)), "yellow"))
        if What.MODE in file.what:
            modes = " → ".join(version.mode for version in (file.old, file.new) if version)
            self.line("    ! ", Text(str(msg("Mode of the file: {modes}", modes=modes)), "yellow"))
        for change in file.fields:
            self.field(change)
        for passage in file.passages:
            self.passage(passage)
        if not file.lines or file.problems or file.sort is Sort.MEDIA:
            self.versions(file)
        if file.lines and (self.lines or not file.told):
            if file.fields or file.passages:
                self.line("    ! ", Text(str(msg("The lines of the file, where more differs than is seen above:"))))
            for line in file.lines:
                self.passage(line)

    def versions(self, file: FileDiff) -> None:
        if file.old and file.new and file.old.oid == file.new.oid:
            return
        for sign, version in ((Sign.REMOVED, file.old), (Sign.ADDED, file.new)):
            if version:
                lead = f"    {_SIGNS[sign]}"
                self.line(lead, Text(_facts(version), _STYLES[sign]))
                digest = f"sha256 {version.sha256}" if version.sha256 else f"git {version.oid}"
                self.line("      ", Text(digest, "dim"))

    def field(self, change: FieldChange) -> None:
        name = str(change.label) if change.label else _safe(change.path)
        if change.label and not change.path.isidentifier():
            name += f" [{_safe(change.path)}]"
        if change.order:
            name = str(msg("{field}: order of the keys", field=name))
        sign = Sign.ADDED if change.old is None else Sign.REMOVED if change.new is None else Sign.CHANGED
        text = Text(f"{name}: ", "bold")
        text.append_text(_text(sign, change.pieces))
        self.line(f"    {_SIGNS[sign]}", text)

    def passage(self, passage: Passage) -> None:
        lead = f"    {_SIGNS[passage.sign]}"
        if passage.sign is Sign.FOLDED:
            if passage.shape is Shape.LINE:
                words = translate_count("… {count} line unchanged", "… {count} lines unchanged", passage.count)
            else:
                words = translate_count("… {count} passage unchanged", "… {count} passages unchanged", passage.count)
            self.line(lead, Text(words, "dim"))
            return
        text = Text(_before(passage), _STYLES[passage.sign])
        text.append_text(_text(passage.sign, passage.pieces))
        self.line(lead, text)

    def line(self, lead: str, text: Text) -> None:
        """Print a text with ``lead`` before each of its lines: no text can begin a line as if it were ours."""
        width = max(self.console.width - len(lead), _LEAST_WIDTH)
        for part in text.wrap(self.console, width, overflow="fold") or [Text()]:
            part.rstrip()
            whole = Text(lead, part.style if isinstance(part.style, str) else "")
            self.console.print(whole.append_text(part), soft_wrap=True)


def _safe(text: str) -> str:
    return _MARKS.sub(r"⟦\g<0>⟧", text)


def _text(sign: Sign, pieces: Iterable[Piece]) -> Text:
    """Return pieces as one text; signs stand around words only where others beside them are unchanged."""
    text = Text()
    for piece in pieces:
        words = _safe(piece.text)
        if piece.sign is Sign.FOLDED:
            count = translate_count("{count} word unchanged", "{count} words unchanged", piece.count)
            text.append(f" … ⟦{count}⟧ …", "dim")
        elif piece.sign is Sign.SAME or sign is not Sign.CHANGED:
            text.append(words, _STYLES[sign] or None)
        elif piece.sign is Sign.REMOVED:
            text.append(f"[-{words}-]", "red")
        else:
            text.append(f"{{+{words}+}}", "green")
    return text


def _before(passage: Passage) -> str:
    """Return what shows the kind of a passage: the signs people know from Markdown, or a line's number."""
    if passage.shape is Shape.LINE:
        return f"{passage.new_line or passage.old_line:>4} "
    marks = {Shape.HEADING: f"{'#' * passage.level} ", Shape.ROW: "| ", Shape.CODE: "  "}
    return _safe(passage.lead) + marks.get(passage.shape, "")


def _name_in_item(file: FileDiff) -> str:
    name = str(_SORTS[file.sort])
    if file.lang:
        return f"{_safe(own_name(file.lang))} [{_safe(file.lang)}], {name}"
    return f"{name} {_safe(file.path if file.sort is Sort.PICK else file.path.rpartition('/')[2])}"


def _facts(version: Version) -> str:
    facts = [_safe(version.path)]
    if version.size is not None:
        size = f"{version.size:,}"
        facts.append(str(msg("{size} bytes", size=size.replace(",", ".") if user_language() == "vi" else size)))
    if version.type:
        facts.append(_type(version.type))
    if version.width:
        facts.append(f"{version.width}×{version.height}")
    return ", ".join(facts)


def _type(name: str) -> str:
    if name.startswith("not "):
        return str(msg("named {type}, but something else", type=name.removeprefix("not ")))
    return name
