"""Files become Items: all languages and Media of one thing, exactly one of the texts its original."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from congtin import strict_yaml
from congtin.catalogue.front_matter import Original
from congtin.catalogue.kind_models import source_models
from congtin.catalogue.memory import Memory
from congtin.catalogue.misplaced import has_place
from congtin.catalogue.rows import MEDIA, UNREAD, Row, media_of, source_of
from congtin.catalogue.source import Catalogue, Item, Media, Source
from congtin.errors import Problem, list_of
from congtin.messages import Msg, msg
from congtin.network.network import Network
from congtin.stored_problems import problems_of_text


def catalogue_of(
    rows: Iterable[Row], network: Network, ids: Collection[str] = (), memory: Memory | None = None
) -> Catalogue:
    """Return the Items that ``rows``, in the order of their paths, make up; without those that are misplaced."""
    grouper = _Grouper(network, memory)
    for row in rows:
        grouper.add(row)
    return Catalogue(grouper.items(), tuple(grouper.problems), grouper.count, ids)


@dataclass
class _Grouper:
    network: Network
    memory: Memory | None
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, list[Source]] = field(default_factory=lambda: defaultdict(list))
    media: dict[str, dict[str, Media]] = field(default_factory=lambda: defaultdict(dict))
    unread: set[str] = field(default_factory=set)
    count: int = 0

    def add(self, row: Row) -> None:
        if row.problems:
            self.problems += problems_of_text(row.problems)
        if row.kind == MEDIA:
            self.media[row.item_path][row.name] = media_of(row)
            return
        self.count += bool(row.site)
        if row.kind == UNREAD or not has_place(self.network, row.site, row.section, row.name):
            self.unread.add(row.item_path)
        else:
            self.sources[row.item_path].append(self.source(row))

    def source(self, row: Row) -> Source:
        models = source_models(self.network.kinds)
        if self.memory is None:
            return source_of(row, models)
        source = self.memory.source(row)
        if source is None:
            source = source_of(row, models)
            self.memory.keep_source(row, source)
        return source

    def fail(self, code: str, message: Msg, path: str, line: int = 0, hint: Msg | None = None) -> None:
        self.problems.append(Problem(code, message, path, line, hint))

    def items(self) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for item_path, sources in self.sources.items():
            item = self.item(item_path, sources)
            if item is None:
                continue
            if item.id in found:
                other = found[item.id].original.path
                hint = msg("Give the copy an id of its own: congtin new writes one.")
                text = msg("The id “{id}” is also that of {path}.", id=item.id, path=other)
                self.fail("duplicate-id", text, item.original.path, _line(item.original.front_text, "id"), hint)
                continue
            found[item.id] = item
        for item_path in self.media.keys() - self.sources.keys() - self.unread:
            for media in self.media[item_path].values():
                hint = msg("The folder’s name must be that of the text: <slug>.files.")
                self.fail("media-orphan", msg("There is no Item that this file belongs to."), media.path, 0, hint)
        return found

    def item(self, item_path: str, sources: list[Source]) -> Item | None:
        media = self.media.get(item_path, {})
        known = self.memory.item(item_path, sources, media) if self.memory else None
        if known:
            return known
        originals = [source for source in sources if isinstance(source.front, Original)]
        if len(originals) != 1:
            if originals:
                text = msg("Two files claim to be the original: {paths}.", paths=list_of(s.path for s in originals))
                hint = msg("Only the original has “id” and “kind”; the others have “translated_from”.")
                second = originals[1]
                self.fail("two-originals", text, second.path, _line(second.front_text, "id"), hint)
            elif item_path not in self.unread:
                text = msg("The translation has no original beside it.")
                hint = msg(
                    "It needs the same folder and the same name up to the language: {name}.<lang>.md.",
                    name=sources[0].where.slug,
                )
                self.fail("no-original", text, sources[0].path, _line(sources[0].front_text, "translated_from"), hint)
            return None
        translations = {source.lang: source for source in sources if source is not originals[0]}
        item = Item(originals[0], translations, dict(media))
        if self.memory:
            self.memory.keep_item(item)
        return item


def _line(yaml_text: str, field_name: str) -> int:
    return strict_yaml.line_of(yaml_text, [field_name]) + 1
