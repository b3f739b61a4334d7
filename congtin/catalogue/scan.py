"""Read everything below `content/` into a Catalogue; nothing is skipped without a Problem."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

from congtin import strict_yaml
from congtin.catalogue.front_matter import Original
from congtin.catalogue.paths import CONTENT, BadPath, MediaPath, SourcePath, is_what_it_says, parse
from congtin.catalogue.read import Inspect, Reading, read_sources
from congtin.catalogue.source import Catalogue, Item, Media, Source, blob_id
from congtin.catalogue.store import FragmentStore
from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.network.network import Network
from congtin.workers import main_hidden, worker_context

MOST_SOURCE_BYTES = 1024 * 1024
MOST_MEDIA_BYTES = 50 * 1024 * 1024
# Fewer Sources are read sooner by one process than by starting others.
FEW_SOURCES = 1000
_CHUNK = 250

_RENAME = msg("Rename it.")


def scan(network: Network, state: Path, inspect: Inspect | None = None, workers: int = 1) -> Catalogue:
    """Return the Catalogue of ``network.root``; new Fragments go into the store in ``state``.

    With several ``workers`` a large repository is read by as many processes.
    """
    store = FragmentStore(state)
    try:
        scanner = _Scanner(network)
        scanner.walk(network.root / CONTENT)
        wheres = scanner.wheres
        if workers > 1 and len(wheres) > FEW_SOURCES:
            for readings in _in_parallel(network.root, state, wheres, inspect, workers):
                scanner.take(readings, store)
        else:
            scanner.take(read_sources(network.root, wheres, store, inspect), store)
    finally:
        store.close()
    return Catalogue(scanner.items(), tuple(scanner.problems), len(wheres) + scanner.misplaced)


def _in_parallel(
    root: Path, state: Path, wheres: list[SourcePath], inspect: Inspect | None, workers: int
) -> Iterator[list[Reading]]:
    chunks = [wheres[at : at + _CHUNK] for at in range(0, len(wheres), _CHUNK)]
    with main_hidden(), ProcessPoolExecutor(workers, mp_context=worker_context()) as pool:
        yield from pool.map(_read_chunk, repeat(root), repeat(state), chunks, repeat(inspect))


def _read_chunk(root: Path, state: Path, wheres: list[SourcePath], inspect: Inspect | None) -> list[Reading]:
    store = FragmentStore(state, read_only=True)
    try:
        return read_sources(root, wheres, store, inspect)
    finally:
        store.close()


@dataclass
class _Scanner:
    network: Network
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, list[Source]] = field(default_factory=lambda: defaultdict(list))
    media: dict[str, dict[str, Media]] = field(default_factory=lambda: defaultdict(dict))
    wheres: list[SourcePath] = field(default_factory=list)
    misplaced: int = 0
    near_sites: dict[str, Msg | None] = field(default_factory=dict)

    def fail(self, code: str, message: object, path: str, line: int = 0, hint: object = None) -> None:
        self.problems.append(Problem(code, message, path, line, hint))  # type: ignore[arg-type]

    def walk(self, folder: Path) -> None:
        if not folder.is_dir():
            return
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            path = Path(entry.path).relative_to(self.network.root).as_posix()
            if not _is_unicode(path):
                shown = os.fsencode(path).decode("utf-8", "replace")
                self.fail("path-form", msg("The name is not UTF-8 text."), shown, 0, _RENAME)
            elif entry.is_symlink():
                self.fail("symlink", msg("Symbolic links are not allowed below content/."), path)
            elif entry.is_dir():
                if entry.name.endswith(".md"):
                    self.fail("path-form", msg("A folder cannot have the name of a text."), path, 0, _RENAME)
                self.walk(Path(entry.path))
            elif not entry.is_file():
                self.fail("path-form", msg("Only ordinary files belong below content/."), path)
            else:
                self.read_file(Path(entry.path), path)

    def read_file(self, file: Path, path: str) -> None:
        try:
            where = parse(path)
        except BadPath as error:
            self.fail(error.code, error.message, path, 0, error.hint)
            return
        status = file.stat()
        if status.st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH):
            hint = msg("Run: chmod a-x {path}", path=path)
            self.fail("executable", msg("Files below content/ must not be executable."), path, 0, hint)
        most = MOST_SOURCE_BYTES if isinstance(where, SourcePath) else MOST_MEDIA_BYTES
        if status.st_size > most:
            self.fail("too-large", msg("The file is larger than {most} bytes.", most=f"{most:,}"), path)
            return
        if isinstance(where, MediaPath):
            self.read_media(where, path, file)
        elif self.place_is_known(where):
            self.wheres.append(where)
        else:
            self.misplaced += 1

    def take(self, readings: list[Reading], store: FragmentStore) -> None:
        """Add what was read, in the order of the files."""
        for reading in readings:
            self.problems.extend(reading.problems)
            if reading.source:
                self.sources[reading.where.item_path].append(reading.source)
        store.put(reading.fragment for reading in readings if reading.fragment)

    def read_media(self, where: MediaPath, path: str, file: Path) -> None:
        try:
            data = file.read_bytes()
        except OSError as error:
            self.fail("unreadable", msg("The file cannot be read: {detail}.", detail=error.strerror), path)
            return
        if not is_what_it_says(where.name, data):
            hint = msg("Save it again in the format its name ends with: renaming a file does not convert it.")
            self.fail("media-type", msg("The file is not what its name says it is."), path, 0, hint)
        self.media[where.item_path][where.name] = Media(path, where.name, blob_id(data), len(data))

    def place_is_known(self, where: SourcePath) -> bool:
        site = self.network.sites.get(where.site)
        if site is None:
            if where.site not in self.near_sites:
                self.near_sites[where.site] = did_you_mean(where.site, self.network.sites)
            hint = self.near_sites[where.site]
            self.fail("unknown-site", msg("There is no Site “{site}”.", site=where.site), where.path, 0, hint)
            return False
        if where.section not in site.options.sections:
            text = msg("{site} has no section “{section}”.", site=where.site, section=where.section)
            hint = did_you_mean(where.section, site.options.sections) or msg(
                "Its sections are: {words}.", words=list_of(site.options.sections)
            )
            self.fail("unknown-section", text, where.path, 0, hint)
            return False
        if where.lang not in site.options.languages:
            text = msg("{site} is not published in the language “{lang}”.", site=where.site, lang=where.lang)
            words = msg("Its languages are: {words}.", words=list_of(site.options.languages))
            self.fail("unknown-language", text, where.path, 0, words)
            return False
        return True

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
        for item_path in self.media.keys() - self.sources.keys():
            for media in self.media[item_path].values():
                hint = msg("The folder’s name must be that of the text: <slug>.files.")
                self.fail("media-orphan", msg("There is no Item that this file belongs to."), media.path, 0, hint)
        return found

    def item(self, item_path: str, sources: list[Source]) -> Item | None:
        originals = [source for source in sources if isinstance(source.front, Original)]
        if len(originals) != 1:
            if originals:
                text = msg("Two files claim to be the original: {paths}.", paths=list_of(s.path for s in originals))
                hint = msg("Only the original has “id” and “kind”; the others have “translated_from”.")
                second = originals[1]
                self.fail("two-originals", text, second.path, _line(second.front_text, "id"), hint)
            elif not any(p.path.startswith(f"{item_path}.") for p in self.problems):
                text = msg("The translation has no original beside it.")
                hint = msg(
                    "It needs the same folder and the same name up to the language: {name}.<lang>.md.",
                    name=sources[0].where.slug,
                )
                self.fail("no-original", text, sources[0].path, _line(sources[0].front_text, "translated_from"), hint)
            return None
        translations = {source.lang: source for source in sources if source is not originals[0]}
        return Item(originals[0], translations, dict(self.media.get(item_path, {})))


def _line(yaml_text: str, field_name: str) -> int:
    return strict_yaml.line_of(yaml_text, [field_name]) + 1


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
