"""Which parts of two sequences are the same: bounded, so that no text can keep a server busy.

Elements that stand once on either side hold the sequences together (as in patience diff); difflib sees only the
short stretches between them. A long stretch without such an element counts as wholly changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from congtin.editorial.diff.model import Piece, Sign

_MOST_PAIRS = 40_000
_DEPTH = 6
# Han and Kana are written without spaces: each character is a word. A mark of `visible` is one too.
_WORDLESS = "\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf" *(?:⟦[^⟧]*⟧|[{_WORDLESS}]|[^\W{_WORDLESS}]+|[^\w\s])| +")
_MOST_TOKENS = 40_000
_NEAR = 12
"""Unchanged words shown beside a change."""
_LIKE = 0.35
"""Two texts that share less are shown one after the other, not word by word."""


@dataclass(frozen=True, slots=True)
class Span:
    """``old[a:b]`` and ``new[c:d]``: equal, or one in place of the other."""

    equal: bool
    a: int
    b: int
    c: int
    d: int


def spans(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Span]:
    """Return how ``new`` comes from ``old``, without gaps, equal and changed in turn."""
    found: list[Span] = []
    a = c = 0
    numbers: dict[Hashable, int] = {}  # compared much sooner than what they stand for
    was, now = ([numbers.setdefault(element, len(numbers)) for element in side] for side in (old, new))
    for i, j in [*_pairs(was, now, (0, len(old), 0, len(new)), _DEPTH), (len(old), len(new))]:
        if i > a or j > c:
            found.append(Span(False, a, i, c, j))  # noqa: FBT003 (a field, named in Span)
        if i < len(old):
            last = found[-1] if found else None
            if last and last.equal and (last.b, last.d) == (i, j):
                found[-1] = Span(True, last.a, i + 1, last.c, j + 1)  # noqa: FBT003
            else:
                found.append(Span(True, i, i + 1, j, j + 1))  # noqa: FBT003
        a, c = i + 1, j + 1
    return found


_Range = tuple[int, int, int, int]


def _pairs(old: Sequence[int], new: Sequence[int], where: _Range, depth: int) -> Iterator[tuple[int, int]]:
    a, b, c, d = where
    while a < b and c < d and old[a] == new[c]:
        yield a, c
        a, c = a + 1, c + 1
    tail = 0
    while a < b - tail and c < d - tail and old[b - tail - 1] == new[d - tail - 1]:
        tail += 1
    yield from _between(old, new, (a, b - tail, c, d - tail), depth)
    yield from ((b - left, d - left) for left in range(tail, 0, -1))


def _between(old: Sequence[int], new: Sequence[int], where: _Range, depth: int) -> Iterator[tuple[int, int]]:
    a, b, c, d = where
    if a == b or c == d:
        return
    if (b - a) * (d - c) <= _MOST_PAIRS:
        for block in SequenceMatcher(None, old[a:b], new[c:d], autojunk=False).get_matching_blocks():
            yield from ((a + block.a + k, c + block.b + k) for k in range(block.size))
        return
    anchors = _anchors(old, new, where) if depth else []
    if not anchors:
        return
    for i, j in anchors:
        yield from _pairs(old, new, (a, i, c, j), depth - 1)
        yield i, j
        a, c = i + 1, j + 1
    yield from _pairs(old, new, (a, b, c, d), depth - 1)


def _anchors(old: Sequence[int], new: Sequence[int], where: _Range) -> list[tuple[int, int]]:
    """Return the longest row of elements that stand once on each side, in the same order on both."""
    a, b, c, d = where
    in_old, in_new = Counter(old[a:b]), Counter(new[c:d])
    place = {new[j]: j for j in range(c, d) if in_new[new[j]] == 1 and in_old[new[j]] == 1}
    ends: list[int] = []
    rows: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for i in range(a, b):
        j = place.get(old[i])
        if j is None:
            continue
        at = bisect_left(ends, j)
        before[i, j] = rows[at - 1] if at else None
        ends[at : at + 1] = [j]
        rows[at : at + 1] = [(i, j)]
    found: list[tuple[int, int]] = []
    step = rows[-1] if rows else None
    while step:
        found.append(step)
        step = before[step]
    return found[::-1]


def tokens(text: str) -> list[str]:
    """Return the words and signs of a visible text, each with the spaces before it; joined they are the text."""
    return _TOKEN.findall(text)


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Return two visible texts as one: unchanged, removed and added words, long unchanged runs folded."""
    whole = _in_turn(old, new)
    old_tokens, new_tokens = tokens(old), tokens(new)
    if old == new or not old or not new or max(len(old_tokens), len(new_tokens)) > _MOST_TOKENS:
        return whole
    found = _settled(
        [
            (span.equal, "".join(old_tokens[span.a : span.b]), "".join(new_tokens[span.c : span.d]))
            for span in spans(old_tokens, new_tokens)
        ]
    )
    kept = sum(len(was) for equal, was, _ in found if equal)
    if kept < _LIKE * min(len(old), len(new)):
        return whole
    result: list[Piece] = []
    for number, (equal, was, now) in enumerate(found):
        if equal:
            result += folded(was, at_start=number > 0, at_end=number < len(found) - 1)
        else:
            result += _in_turn(was, now)
    return tuple(result)


def _in_turn(old: str, new: str) -> tuple[Piece, ...]:
    if old == new:
        return (Piece(Sign.SAME, old),)
    return tuple(piece for piece in (Piece(Sign.REMOVED, old), Piece(Sign.ADDED, new)) if piece.text)


def _settled(runs: list[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    """Join changes with nothing but a sign or a tiny word between them: a salad of words is no help."""
    result: list[tuple[bool, str, str]] = []
    for number, (equal, was, now) in enumerate(runs):
        inside = 0 < number < len(runs) - 1
        changed = not equal or (inside and sum(map(str.isalnum, was)) < 3)
        if changed and result and not result[-1][0]:
            result[-1] = (False, result[-1][1] + was, result[-1][2] + now)
        else:
            result.append((not changed, was, now))
    for number, (equal, was, now) in enumerate(result[1:], 1):
        if not equal and was.startswith(" ") and now.startswith(" "):
            before = f"{result[number - 1][1]} "
            result[number - 1 : number + 1] = [(True, before, before), (False, was[1:], now[1:])]
    return result


def folded(text: str, *, at_start: bool, at_end: bool) -> Iterator[Piece]:
    """Yield an unchanged text, its words away from the changes ``at_start`` and ``at_end`` folded."""
    words = tokens(text)
    head, tail = _NEAR * at_start, _NEAR * at_end
    if len(words) - head - tail <= _NEAR:
        yield Piece(Sign.SAME, text)
        return
    if head:
        yield Piece(Sign.SAME, "".join(words[:head]))
    yield Piece(Sign.FOLDED, "", len(words) - head - tail)
    if tail:
        yield Piece(Sign.SAME, "".join(words[len(words) - tail :]))
