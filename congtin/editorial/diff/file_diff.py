"""One file before and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from congtin import strict_yaml
from congtin.catalogue import front_matter
from congtin.editorial.diff import files
from congtin.editorial.diff.fields import MISSING, Missing, compare_values
from congtin.editorial.diff.labels import PICK_FIELDS, SOURCE_FIELDS
from congtin.editorial.diff.markdown import MOST_CHARACTERS, blocks_of
from congtin.editorial.diff.model import FieldChange, FileDiff, Passage, Sort, Version, What
from congtin.editorial.diff.passages import Block, compare_blocks, is_told, lines_of
from congtin.editorial.diff.visible import visible
from congtin.editorial.repository import REGULAR
from congtin.messages import Msg, msg

# How bytes that are no UTF-8 are held.
_BYTES = re.compile("[\udc80-\udcff]")
_PICK = re.compile(r"sites/[^/]+/[^/]+/picks/(?P<item>[^/]+)\.yaml")


@dataclass(frozen=True)
class Side:
    """A file on one side of a difference; ``data`` is None where it cannot be read."""

    path: str
    mode: str
    oid: str
    data: bytes | None

    @cached_property
    def version(self) -> Version:
        return files.version(self.path, self.mode, self.oid, self.data)

    @cached_property
    def text(self) -> str | None:
        """The text, a byte that is no UTF-8 as a lone surrogate; None where the file is none to read."""
        if self.data is None or not files.is_text(self.path, self.data):
            return None
        return self.data.decode("utf-8", "surrogateescape")

    @cached_property
    def lines(self) -> list[Block]:
        return lines_of(self.text or "")


@dataclass(frozen=True)
class Parsed:
    """The data of a text and its body; a problem in their place where it cannot be read."""

    data: object
    body: str = ""
    problem: Msg | None = None

    def get(self, key: str) -> object:
        return self.data.get(key) if isinstance(self.data, dict) else None


NOTHING = Parsed(MISSING)


def pick_item(path: str) -> str:
    """Return the Item id in the path of a pick; empty for other paths."""
    match = _PICK.fullmatch(path)
    return match["item"] if match else ""


def parsed_source(text: str | None) -> Parsed:
    """Read the front matter of a Source as data; whatever is wrong with it becomes the problem."""
    if text is None:
        return NOTHING
    try:
        yaml_text, body, _ = front_matter.split(text)
    except front_matter.NoFrontMatter:
        return Parsed(MISSING, problem=msg("The file has no front matter."))
    found = _loaded(yaml_text, body)
    if found.problem is None and not isinstance(found.data, dict):
        return Parsed(MISSING, problem=msg("The front matter must hold keys and values."))
    return found


def parsed_yaml(text: str | None) -> Parsed:
    """Read a YAML file as data; whatever is wrong with it becomes the problem."""
    return NOTHING if text is None else _loaded(front_matter.unmarked(text), "")


def _loaded(yaml_text: str, body: str) -> Parsed:
    if _BYTES.search(yaml_text) or _BYTES.search(body):
        return Parsed(MISSING, problem=msg("The file is not UTF-8 text."))
    try:
        return Parsed(strict_yaml.load(yaml_text), body)
    except strict_yaml.YamlProblem as error:
        # It may quote the file.
        quoted = {name: visible(str(value)) for name, value in error.message.values.items()}
        return Parsed(MISSING, problem=replace(error.message, values=quoted))


def source_diff(lang: str, old: Side | None, new: Side | None) -> FileDiff:
    """Compare a text in one language; one side may be absent."""
    was, now = (parsed_source(side.text) if side else NOTHING for side in (old, new))
    shown = now if new else was
    is_translation = shown.get("translated_from") is not None and shown.get("kind") is None
    sort = Sort.TRANSLATION if is_translation else Sort.ORIGINAL
    broken = [side.problem for side in (was, now) if side.problem]
    if broken or _is_unreadable(old, new) or max(len(was.body), len(now.body)) > MOST_CHARACTERS:
        return _lines_only(sort, lang, old, new, broken)
    fields = compare_values(was.data, now.data, SOURCE_FIELDS)
    passages = compare_blocks(blocks_of(was.body), blocks_of(now.body))
    what = tuple(_source_events(is_translation, old, new, (was, now), fields, passages))
    return _made(sort, lang, old, new, what, fields, passages)


def _source_events(
    is_translation: bool,  # noqa: FBT001 (of a private function, called once)
    old: Side | None,
    new: Side | None,
    data: tuple[Parsed, Parsed],
    fields: tuple[FieldChange, ...],
    passages: tuple[Passage, ...],
) -> Iterator[What]:
    if new is None:
        yield What.DELETED
        return
    was, now = data
    if old is None:
        yield What.TRANSLATED if is_translation else What.NEW
    elif old.path != new.path:
        yield What.MOVED
    names = {re.split(r"[.\[]", change.path)[0] for change in fields}
    down, up = _withdrawn(was) < _withdrawn(now), _withdrawn(was) > _withdrawn(now)
    if down:
        yield What.WITHDRAWN
    elif up and old:
        yield What.RESTORED
    if old is None:
        return
    if names == {"translated_from"} and not passages:
        yield What.CONFIRMED
    elif passages or names - ({"withdrawn"} if down or up else set()):
        yield What.EDITED


def _withdrawn(data: Parsed) -> bool:
    return data.get("withdrawn") is not None


def yaml_diff(old: Side | None, new: Side | None) -> FileDiff:
    """Compare a file of `sites/` or `workflows/`, a pick, or any other YAML, key by key."""
    path = new.path if new else old.path if old else ""
    sort = Sort.PICK if pick_item(path) else Sort.SETTINGS
    was, now = (parsed_yaml(side.text) if side else NOTHING for side in (old, new))
    broken = [side.problem for side in (was, now) if side.problem]
    if broken or _is_unreadable(old, new):
        return _lines_only(sort, "", old, new, broken)
    labels = PICK_FIELDS if sort is Sort.PICK else {}
    fields = compare_values(was.data, now.data, labels, ordered=sort is Sort.SETTINGS)
    what = _pick_event(was, now) if sort is Sort.PICK and new else None
    return _made(sort, "", old, new, (what,) if what else _plain_events(old, new, edited=bool(fields)), fields)


def _pick_event(was: Parsed, now: Parsed) -> What | None:
    if now.get("refused") is not None and was.get("refused") is None:
        return What.REFUSED
    if now.get("ended") is not None and was.get("ended") is None:
        return What.PICK_ENDED
    asked_before = isinstance(was.data, Missing) or was.get("refused") is not None or was.get("ended") is not None
    answered = now.get("refused") is None and now.get("ended") is None
    return What.PICKED if asked_before and answered else None


def other_diff(sort: Sort, old: Side | None, new: Side | None) -> FileDiff:
    """Compare a medium or any other file: lines where both sides are text, else sizes, types and digests."""
    return _lines_only(sort, "", old, new, [])


def _is_unreadable(*sides: Side | None) -> bool:
    return any(side.text is None for side in sides if side)


def _lines_only(sort: Sort, lang: str, old: Side | None, new: Side | None, problems: Iterable[Msg]) -> FileDiff:
    return _made(sort, lang, old, new, _plain_events(old, new, edited=True), problems=tuple(dict.fromkeys(problems)))


def _plain_events(old: Side | None, new: Side | None, *, edited: bool) -> tuple[What, ...]:
    if old is None:
        return (What.ADDED,)
    if new is None:
        return (What.REMOVED,)
    moved = (What.MOVED,) if old.path != new.path else ()
    if old.data == new.data and old.oid == new.oid:
        return moved
    readable = old.text is not None and new.text is not None
    return (*moved, What.EDITED if readable else What.REPLACED) if edited else moved


def _made(
    sort: Sort,
    lang: str,
    old: Side | None,
    new: Side | None,
    what: tuple[What, ...],
    fields: tuple[FieldChange, ...] = (),
    passages: tuple[Passage, ...] = (),
    problems: tuple[Msg, ...] = (),
) -> FileDiff:
    sides = [side for side in (old, new) if side]
    readable = all(side.text is not None for side in sides)
    was, now = (side.lines if side and readable else [] for side in (old, new))
    lines = compare_blocks(was, now)
    told = not lines or (not problems and is_told(was, now, fields, passages))
    differs = len(sides) == 2 and (sides[0].data != sides[1].data or sides[0].oid != sides[1].oid)
    if differs and not {*what} - {What.MOVED}:
        what = (*what, What.REWRITTEN)
    if (new and new.mode != REGULAR) or len({side.mode for side in sides}) > 1:
        what = (*what, What.MODE)
    found = [*problems, *(_problem(side) for side in sides if side.text is None)]
    return FileDiff(
        sort,
        visible(lang),
        old.version if old else None,
        new.version if new else None,
        what,
        fields,
        passages,
        lines,
        told,
        tuple(dict.fromkeys(problem for problem in found if problem)),
    )


def _problem(side: Side) -> Msg | None:
    """Return why a file is not shown as text, where that may surprise."""
    if side.data is None:
        return msg("The file cannot be shown: it is no ordinary file.")
    if len(side.data) > files.MOST_TEXT and not files.is_medium(side.path):
        return msg("The text is too long to be shown; only its size and its digest are compared.")
    return None


def identity(data: Mapping[str, object]) -> tuple[str, str]:
    """Return (id, title) from the front matter of an original; empty where they are no text."""
    item_id, title = data.get("id"), data.get("title")
    return item_id if isinstance(item_id, str) else "", title if isinstance(title, str) else ""
