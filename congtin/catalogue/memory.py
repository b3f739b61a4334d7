"""What a builder that stays remembers of the Sites it looked at last: their rows, and the Items made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from congtin.catalogue.rows import Row
from congtin.catalogue.source import Item, Media, Source

MOST_ROWS = 40_000


class Memory:
    """Rows, Sources and Items by path; what has not changed is not read and not put together twice."""

    def __init__(self) -> None:
        self._seen: dict[str, Mapping[str, Row]] = {}
        self._rows: dict[str, Row] = {}
        self._sources: dict[str, tuple[Row, Source]] = {}
        self._items: dict[str, Item] = {}

    def row(self, path: str, blob: str, problems: str | None) -> Row | None:
        """Return the row of a file if it is still the one that is remembered."""
        row = self._rows.get(path)
        return row if row is not None and row.blob == blob and row.problems == problems else None

    def keep_rows(self, site: str, rows: Mapping[str, Row]) -> None:
        """Remember what mattered to a Site; when it is too much, forget the Sites looked at longest ago."""
        self._seen.pop(site, None)
        self._seen[site] = rows
        self._rows.update(rows)
        if len(self._seen) > 1 and sum(map(len, self._seen.values())) > MOST_ROWS:
            self._seen.pop(next(iter(self._seen)))
            self._rows = {path: row for seen in self._seen.values() for path, row in seen.items()}
            self._sources = {path: known for path, known in self._sources.items() if path in self._rows}
            here = {row.item_path for row in self._rows.values()}
            self._items = {path: item for path, item in self._items.items() if path in here}

    def source(self, row: Row) -> Source | None:
        """Return the Source that was made of this very row."""
        known = self._sources.get(row.path)
        return known[1] if known and known[0] is row else None

    def keep_source(self, row: Row, source: Source) -> None:
        """Remember what was made of a row."""
        self._sources[row.path] = (row, source)

    def item(self, item_path: str, sources: Sequence[Source], media: Mapping[str, Media]) -> Item | None:
        """Return the Item that was made of these very Sources."""
        known = self._items.get(item_path)
        if known is None or known.media != media or len(sources) != 1 + len(known.translations):
            return None
        return known if all(known.source(source.lang) is source for source in sources) else None

    def keep_item(self, item: Item) -> None:
        """Remember an Item, with what every build would work out of it again."""
        item.work_out()
        self._items[item.item_path] = item
