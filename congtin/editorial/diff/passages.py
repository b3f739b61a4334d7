"""Blocks of text, or lines of a file, before and after: what was removed, added, changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from congtin.editorial.diff.model import FieldChange, Passage, Piece, Shape, Sign
from congtin.editorial.diff.visible import NO_LINE_END, SPACE, visible_line
from congtin.editorial.diff.words import Span, folded, pieces, spans

_WINDOW = 10
_ALIKE = 0.5
_MOST_PARTNERS = 250_000
"""Where more blocks than this (removed times added) were put in place of others, none is sought that became another."""
_WORD = re.compile(r"⟦[^⟧]*⟧|\w+")
# The number before an entry of a list is the renderer's matter: many write "1." before each.
_ENTRY = re.compile(r"\A[\s>]*\d{1,9}[.)]\s")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text as it is read, or one line of a file; its text is `visible`.

    ``inside`` says in what it stands (quotations, lists), ``lead`` shows it; ``number`` is that of a list's entry,
    which may change without its text.
    """

    shape: Shape
    text: str
    inside: str = ""
    level: int = 0
    lead: str = field(default="", compare=False)
    number: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def whole(self) -> str:
        return self.number + self.text


def lines_of(text: str) -> list[Block]:
    """Return the lines of a file, carriage returns and a missing last line end made visible."""
    if not text:
        return []
    lines = text.split("\n")
    last = lines.pop()
    shown = [visible_line(line) for line in lines]
    if last:
        shown.append(visible_line(last) + NO_LINE_END)
    return [Block(Shape.LINE, line, line=number) for number, line in enumerate(shown, 1)]


def compare_blocks(old: Sequence[Block], new: Sequence[Block]) -> tuple[Passage, ...]:
    """Return what differs, with one unchanged block beside each change; nothing when all is the same."""
    found = list(_spans(old, new))
    if all(span.equal for span in found):
        return ()
    result: list[Passage] = []
    for place, span in enumerate(found):
        was, now = old[span.a : span.b], new[span.c : span.d]
        if span.equal:
            result += _unchanged(was, now, after=place > 0, before=place < len(found) - 1)
        elif was and now and was[0] == now[0]:
            result += map(_rewritten, was, now)
        else:
            result += _changed(was, now)
    return tuple(result)


def _spans(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Span]:
    """Yield what `spans` yields, entries of lists that have only another number apart."""
    for span in spans(old, new):
        if not span.equal:
            yield span
            continue
        steps = range(span.b - span.a)
        same = [old[span.a + step].number == new[span.c + step].number for step in steps]
        for equal, run in groupby(steps, key=same.__getitem__):
            members = list(run)
            first, end = members[0], members[-1] + 1
            yield Span(equal, span.a + first, span.a + end, span.c + first, span.c + end)


def _unchanged(old: Sequence[Block], new: Sequence[Block], *, after: bool, before: bool) -> Iterator[Passage]:
    head, tail = int(after), int(before)
    hidden = len(new) - head - tail
    if hidden < 2:
        head, tail, hidden = len(new), 0, 0
    for was, now in zip(old[:head], new[:head], strict=True):
        yield _same(was, now)
    if hidden:
        yield Passage(Sign.FOLDED, Shape.LINE if new[0].shape is Shape.LINE else Shape.PARAGRAPH, count=hidden)
    for was, now in zip(old[len(old) - tail :], new[len(new) - tail :], strict=True):
        yield _same(was, now)


def _same(was: Block, now: Block) -> Passage:
    text = tuple(folded(now.whole, at_start=True, at_end=False))
    return Passage(Sign.SAME, now.shape, text, now.lead, now.level, was.line, now.line)


def _changed(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Passage]:
    at = 0
    window = _WINDOW if len(old) * len(new) <= _MOST_PARTNERS else 0
    for now in new:
        partner = _partner(old[at : at + window], now)
        if partner is None:
            yield Passage(Sign.ADDED, now.shape, _only(Sign.ADDED, now.whole), now.lead, now.level, 0, now.line)
            continue
        for was in old[at : at + partner]:
            yield _gone(was)
        was = old[at + partner]
        at += partner + 1
        yield _rewritten(was, now)
    for was in old[at:]:
        yield _gone(was)


def _rewritten(was: Block, now: Block) -> Passage:
    return Passage(Sign.CHANGED, now.shape, pieces(was.whole, now.whole), now.lead, now.level, was.line, now.line)


def _gone(was: Block) -> Passage:
    return Passage(Sign.REMOVED, was.shape, _only(Sign.REMOVED, was.whole), was.lead, was.level, was.line, 0)


def _only(sign: Sign, text: str) -> tuple[Piece, ...]:
    return (Piece(sign, text),) if text else ()


def _partner(candidates: Sequence[Block], now: Block) -> int | None:
    """Return which block became ``now``: the most alike of the same kind and place, if any is alike enough."""
    best, most = None, _ALIKE
    mine = Counter(_WORD.findall(now.text))
    for number, was in enumerate(candidates):
        if (was.shape, was.inside, was.level) != (now.shape, now.inside, now.level):
            continue
        other = Counter(_WORD.findall(was.text))
        total = mine.total() + other.total()
        alike = 2 * (mine & other).total() / total if total else 0.0
        if alike >= most:
            best, most = number, alike + 1e-9
    return best


def is_told(
    old: Sequence[Block], new: Sequence[Block], fields: Iterable[FieldChange], passages: Iterable[Passage]
) -> bool:
    """Tell whether ``fields`` and ``passages`` show all that differs between the lines ``old`` and ``new``.

    Every word that lines lose or gain must be seen lost or gained, and no line may differ in its writing alone:
    so a comment, an unused definition or other quotation marks never pass unseen.
    """
    lost: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    for span in spans(old, new):
        if span.equal:
            continue
        removed, added = _unnumbered(old[span.a : span.b]), _unnumbered(new[span.c : span.d])
        was, now = _words(removed), _words(added)
        if was == now or _has_rewritten(removed, added):
            return False
        lost += was - now
        gained += now - was
    seen_lost, seen_gained = _seen(fields, passages)
    return lost <= seen_lost and gained <= seen_gained


def _unnumbered(lines: Sequence[Block]) -> list[str]:
    # Spaces at an end, of a hard break for instance, are a matter of writing, not words.
    return [_ENTRY.sub("", line.text, count=1).replace(SPACE, "") for line in lines]


def _words(lines: Iterable[str]) -> Counter[str]:
    total: Counter[str] = Counter()
    for line in lines:
        total.update(_WORD.findall(line))
    return total


def _has_rewritten(removed: Sequence[str], added: Sequence[str]) -> bool:
    """Tell whether a line was put in place of one with the same words in other writing."""
    gone, come = set(removed) - set(added), set(added) - set(removed)
    return bool({tuple(_WORD.findall(line)) for line in gone} & {tuple(_WORD.findall(line)) for line in come})


def _seen(fields: Iterable[FieldChange], passages: Iterable[Passage]) -> tuple[Counter[str], Counter[str]]:
    lost: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    for change in fields:
        for text, words in ((change.old, lost), (change.new, gained)):
            if text is not None:
                words.update(_WORD.findall(f"{change.path} {text}"))
    for passage in passages:
        if passage.sign in (Sign.REMOVED, Sign.ADDED):
            (lost if passage.sign is Sign.REMOVED else gained).update(_WORD.findall(passage.lead))
        for piece in passage.pieces:
            if piece.sign in (Sign.REMOVED, Sign.ADDED):
                (lost if piece.sign is Sign.REMOVED else gained).update(_WORD.findall(piece.text))
    return lost, gained
