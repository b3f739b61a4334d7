"""Compare two trees for people: what a Change does to each Item, in each language (E1, E25, F1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

from congtin.catalogue.paths import MEDIA_SUFFIX, BadPath, MediaPath, SourcePath, parse
from congtin.editorial.diff import file_diff
from congtin.editorial.diff.file_diff import Side, identity, parsed_source, parsed_yaml, pick_item
from congtin.editorial.diff.files import MOST_TEXT
from congtin.editorial.diff.model import ChangeDiff, FileDiff, ItemDiff, Sort
from congtin.editorial.diff.visible import visible
from congtin.editorial.repository import Difference, Tree

_YAML = (".yaml", ".yml")
_ORDER = [Sort.ORIGINAL, Sort.TRANSLATION, Sort.MEDIA, Sort.PICK]
_Place = SourcePath | MediaPath | None


def compare(before: Tree, after: Tree, differences: Sequence[Difference]) -> ChangeDiff:
    """Return what ``differences`` between two trees mean: every one of them is in the result, none raises.

    A deleted and an added Item with one id are one that has moved, with its translations and media.
    """
    return _Comparison(before, after, differences).result()


@dataclass(frozen=True)
class _Pair:
    """A file before and after: the same path, or another after a move."""

    old: Difference | None
    new: Difference | None

    @property
    def path(self) -> str:
        difference = self.new or self.old
        return difference.path if difference else ""


@dataclass
class _Comparison:
    before: Tree
    after: Tree
    differences: Sequence[Difference]
    items: dict[str, list[FileDiff]] = field(default_factory=lambda: defaultdict(list))
    picks: dict[str, list[FileDiff]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[str, str] = field(default_factory=dict)
    settings: list[FileDiff] = field(default_factory=list)
    others: list[FileDiff] = field(default_factory=list)
    listings: dict[tuple[bool, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place = cache(_place)
        self.moves = self.moved_items()
        self.back = {new: old for old, new in self.moves.items()}

    def result(self) -> ChangeDiff:
        for pair in self.pairs():
            self.add(pair)
        found = [self.item(item_path, files) for item_path, files in self.items.items()]
        found += [self.picked(item_id, files) for item_id, files in self.picks.items()]
        return ChangeDiff(
            tuple(sorted(found, key=lambda item: (item.path, item.id))), tuple(self.settings), tuple(self.others)
        )

    # --- moves ---------------------------------------------------------------------------------

    def moved_items(self) -> dict[str, str]:
        """Return the Item paths that were left for others: one id, deleted there and added here."""
        gone = self.originals(self.before, (d for d in self.differences if _is_absent(d.new)))
        come = self.originals(self.after, (d for d in self.differences if _is_absent(d.old)))
        return {gone[item_id].item_path: come[item_id].item_path for item_id in gone.keys() & come.keys()}

    def originals(self, tree: Tree, differences: Iterable[Difference]) -> dict[str, SourcePath]:
        """Return the originals among some files by their ids; of two with one id, the first."""
        found: dict[str, SourcePath] = {}
        for difference in differences:
            where = self.place(difference.path)
            if isinstance(where, SourcePath):
                item_id, _ = self.read_identity(tree, difference.path)
                if item_id:
                    found.setdefault(item_id, where)
        return found

    def pairs(self) -> Iterator[_Pair]:
        added = {d.path: d for d in self.differences if _is_absent(d.old)}
        later: list[_Pair] = []
        for difference in self.differences:
            if _is_absent(difference.new):
                later.append(_Pair(difference, added.pop(self.target(difference.path), None)))
            elif not _is_absent(difference.old):
                later.append(_Pair(difference, difference))
        later += [_Pair(None, difference) for difference in added.values()]
        yield from sorted(later, key=lambda pair: pair.path)

    def target(self, path: str) -> str:
        """Return where a deleted file has moved with its Item, if it has."""
        where = self.place(path)
        new = self.moves.get(where.item_path, "") if where else ""
        if not where or not new:
            return ""
        if isinstance(where, MediaPath):
            return f"{new}{MEDIA_SUFFIX}/{where.name}"
        return f"{new}.{where.lang}.md"

    # --- one file ------------------------------------------------------------------------------

    def add(self, pair: _Pair) -> None:
        old, new = _side(self.before, pair.old, old=True), _side(self.after, pair.new, old=False)
        where = self.place(pair.path)
        if where:
            item_path = where.item_path if pair.new else self.moves.get(where.item_path, where.item_path)
            diff = (
                file_diff.source_diff(where.lang, old, new)
                if isinstance(where, SourcePath)
                else file_diff.other_diff(Sort.MEDIA, old, new)
            )
            self.items[item_path].append(diff)
        elif pick_item(pair.path):
            self.picks[self.pick_id(new or old, pair.path)].append(file_diff.yaml_diff(old, new))
        elif pair.path.endswith(_YAML):
            self.settings.append(file_diff.yaml_diff(old, new))
        else:
            self.others.append(file_diff.other_diff(Sort.OTHER, old, new))

    def pick_id(self, side: Side | None, path: str) -> str:
        """Return the id of the Item a pick is about, and look for that Item's title."""
        data = parsed_yaml(side.text if side else None)
        item = data.get("item")
        item_id = item if isinstance(item, str) else pick_item(path)
        sources = data.get("sources")
        sources = sources if isinstance(sources, dict) else {}
        for source in (path for path in sources if isinstance(self.place(path), SourcePath)):
            for tree in (self.after, self.before):
                known, title = self.read_identity(tree, source)
                if known == item_id:
                    self.titles.setdefault(item_id, title)
        return item_id

    # --- one Item ------------------------------------------------------------------------------

    def item(self, item_path: str, files: list[FileDiff]) -> ItemDiff:
        old_path = self.back.get(item_path, "")
        texts = [file.path for file in files if file.sort is Sort.ORIGINAL]
        item_id, title = self.find_identity(self.after, item_path, texts)
        if not item_id:
            item_id, title = self.find_identity(self.before, old_path or item_path, texts)
        files += self.picks.pop(item_id, []) if item_id else []
        files.sort(key=lambda file: (_ORDER.index(file.sort), file.path))
        moved = visible(old_path) if old_path != item_path else ""
        return ItemDiff(visible(item_id), visible(title), visible(item_path), moved, tuple(files))

    def picked(self, item_id: str, files: list[FileDiff]) -> ItemDiff:
        title = self.titles.get(item_id, "")
        return ItemDiff(visible(item_id), visible(title), "", "", tuple(files))

    def find_identity(self, tree: Tree, item_path: str, texts: Sequence[str]) -> tuple[str, str]:
        """Return (id, title) of the Item at a path in a tree: from one of these ``texts``, or a file beside them."""
        folder = item_path.rpartition("/")[0]
        for path in chain(texts, self.listed(tree, folder)):
            if path.startswith(f"{item_path}.") and isinstance(self.place(path), SourcePath):
                found = self.read_identity(tree, path)
                if found[0]:
                    return found
        return "", ""

    def listed(self, tree: Tree, folder: str) -> Iterator[str]:
        """Yield the files of a folder; it is looked at once, and only when somebody asks for the first."""
        key = (tree is self.after, folder)
        if key not in self.listings:
            self.listings[key] = sorted(tree.paths(folder))
        yield from self.listings[key]

    def read_identity(self, tree: Tree, path: str) -> tuple[str, str]:
        data = tree.read(path)
        if data is None or len(data) > MOST_TEXT:
            return "", ""
        front = parsed_source(data.decode("utf-8", "surrogateescape")).data
        return identity(front) if isinstance(front, dict) else ("", "")


def _place(path: str) -> _Place:
    try:
        return parse(path)
    except BadPath:
        return None


def _is_absent(oid: str) -> bool:
    return oid.strip("0") == ""


def _side(tree: Tree, difference: Difference | None, *, old: bool) -> Side | None:
    if difference is None:
        return None
    mode, oid = (difference.old_mode, difference.old) if old else (difference.new_mode, difference.new)
    return Side(difference.path, mode, oid, tree.read(difference.path))
