"""Read everything below `content/` into a Catalogue; nothing is skipped without a Problem."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.catalogue import front_matter
from congtin.catalogue.front_matter import MODELS, Original, Translation
from congtin.catalogue.markdown import Fragment, render
from congtin.catalogue.paths import CONTENT, MEDIA_TYPES, BadPath, MediaPath, SourcePath, parse
from congtin.catalogue.source import Body, Catalogue, Item, Media, Source, blob_id
from congtin.catalogue.store import FragmentStore
from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import msg
from congtin.model import ItemKind
from congtin.network.network import Network
from congtin.validation import problems_of

MOST_SOURCE_BYTES = 1024 * 1024
MOST_MEDIA_BYTES = 50 * 1024 * 1024

Inspect = Callable[[str, str, str], Iterator[Problem]]
"""What looks at a whole text: (path, language, text) -> Problems."""


def scan(network: Network, store: FragmentStore, inspect: Inspect | None = None) -> Catalogue:
    """Return the Catalogue of ``network.root``; new Fragments go into ``store``."""
    scanner = _Scanner(network, store, inspect)
    scanner.walk(network.root / CONTENT)
    items = scanner.items()
    store.put(scanner.fragments)
    return Catalogue(items, tuple(scanner.problems), scanner.source_count)


@dataclass
class _Scanner:
    network: Network
    store: FragmentStore
    inspect: Inspect | None
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, list[Source]] = field(default_factory=lambda: defaultdict(list))
    media: dict[str, dict[str, Media]] = field(default_factory=lambda: defaultdict(dict))
    fragments: list[tuple[str, Fragment]] = field(default_factory=list)
    source_count: int = 0

    def __post_init__(self) -> None:
        self.ready = self.store.known()

    def fail(self, code: str, message: object, path: str, line: int = 0, hint: object = None) -> None:
        self.problems.append(Problem(code, message, path, line, hint))  # type: ignore[arg-type]

    def walk(self, folder: Path) -> None:
        if not folder.is_dir():
            return
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            path = Path(entry.path).relative_to(self.network.root).as_posix()
            if entry.is_symlink():
                self.fail("symlink", msg("Symbolic links are not allowed below content/."), path)
            elif entry.is_dir():
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
            self.fail("executable", msg("Files below content/ must not be executable."), path)
        most = MOST_SOURCE_BYTES if isinstance(where, SourcePath) else MOST_MEDIA_BYTES
        if status.st_size > most:
            self.fail("too-large", msg("The file is larger than {most} bytes.", most=f"{most:,}"), path)
            return
        data = file.read_bytes()
        if isinstance(where, MediaPath):
            self.read_media(where, path, data)
            return
        self.source_count += 1
        if self.place_is_known(where):
            self.read_source(where, data)

    def read_media(self, where: MediaPath, path: str, data: bytes) -> None:
        first = MEDIA_TYPES[where.name.rpartition(".")[2]]
        if first and not data.startswith(first):
            self.fail("media-type", msg("The file is not what its name says it is."), path)
        self.media[where.item_path][where.name] = Media(path, where.name, blob_id(data), len(data))

    def place_is_known(self, where: SourcePath) -> bool:
        site = self.network.sites.get(where.site)
        if site is None:
            hint = did_you_mean(where.site, self.network.sites)
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

    def read_source(self, where: SourcePath, data: bytes) -> None:
        path = where.path
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            self.fail("not-utf8", msg("The file is not UTF-8 text."), path, line, hint)
            return
        text = text.replace("\r\n", "\n")
        if self.inspect:
            self.problems.extend(self.inspect(path, where.lang, text))
        front = self.read_front(where, text)
        if front is not None:
            model, yaml_text, body, before = front
            fragment = self.fragment(blob_id(data), body, model.dialect)
            seen = Body(before + 1, fragment.links, fragment.images, fragment.headings, len(fragment.text.split()))
            self.sources[where.item_path].append(Source(where, blob_id(data), model, yaml_text, seen))

    def read_front(
        self, where: SourcePath, text: str
    ) -> tuple[Original | Translation, str, str, int] | None:
        path = where.path
        try:
            yaml_text, body, before = front_matter.split(text)
            data = strict_yaml.load(yaml_text)
        except front_matter.NoFrontMatter:
            hint = msg("Begin the file with “---”, the fields, and “---” on lines of their own.")
            self.fail("no-front-matter", msg("The file has no front matter."), path, 1, hint)
            return None
        except strict_yaml.YamlProblem as error:
            self.fail(error.code, error.message, path, error.line + 1, error.hint)
            return None
        if not isinstance(data, dict):
            self.fail("wrong-value", msg("The front matter must hold keys and values."), path, 2)
            return None
        model = self.model_of(data, path)
        if model is None:
            return None
        try:
            return model.model_validate(data), yaml_text, body, before
        except ValidationError as error:
            self.problems.extend(
                problems_of(
                    error,
                    lambda steps: (path, strict_yaml.line_of(yaml_text, steps) + 1),
                    list(model.model_fields),
                )
            )
            return None

    def model_of(self, data: dict[str, object], path: str) -> type[Original] | type[Translation] | None:
        kind = data.get("kind")
        if "translated_from" in data and kind is None:
            return Translation
        if kind is None:
            hint = msg("An original needs “kind” and “id”; a translation needs “translated_from”.")
            self.fail("missing-field", msg("The field “{field}” is missing.", field="kind"), path, 2, hint)
            return None
        if kind not in set(ItemKind):
            words = [k.value for k in ItemKind]
            text = msg("“{field}” must be one of: {words}.", field="kind", words=", ".join(words))
            self.fail("wrong-value", text, path, 2, did_you_mean(str(kind), words))
            return None
        return MODELS[ItemKind(str(kind))]

    def fragment(self, blob: str, body: str, dialect: object) -> Fragment:
        if blob in self.ready:
            found = self.store.get(blob)
            if found:
                return found
        fragment = render(body, "python-markdown" if dialect == "python-markdown" else "commonmark")
        self.fragments.append((blob, fragment))
        return fragment

    def items(self) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for item_path, sources in self.sources.items():
            item = self.item(item_path, sources)
            if item is None:
                continue
            if item.id in found:
                other = found[item.id].original.path
                hint = msg("Give the copy an id of its own: congtin new shows how.")
                text = msg("The id “{id}” is also that of {path}.", id=item.id, path=other)
                self.fail("duplicate-id", text, item.original.path, 2, hint)
                continue
            found[item.id] = item
        for item_path in self.media.keys() - self.sources.keys():
            for media in self.media[item_path].values():
                self.fail("media-orphan", msg("There is no Item that this file belongs to."), media.path)
        return found

    def item(self, item_path: str, sources: list[Source]) -> Item | None:
        originals = [source for source in sources if isinstance(source.front, Original)]
        if len(originals) != 1:
            if originals:
                text = msg("Two files claim to be the original: {paths}.", paths=list_of(s.path for s in originals))
                hint = msg("Only the original has “id” and “kind”; the others have “translated_from”.")
                self.fail("two-originals", text, originals[1].path, 2, hint)
            elif not any(p.path.startswith(f"{item_path}.") for p in self.problems):
                text = msg("The translation has no original beside it.")
                self.fail("no-original", text, sources[0].path, 2)
            return None
        translations = {source.lang: source for source in sources if source is not originals[0]}
        return Item(originals[0], translations, dict(self.media.get(item_path, {})))
