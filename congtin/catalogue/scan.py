"""Read everything below `content/` into a Catalogue; nothing is skipped without a Problem."""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.catalogue import front_matter
from congtin.catalogue.front_matter import MODELS, Document, Original, Translation
from congtin.catalogue.markdown import Fragment, render
from congtin.catalogue.paths import CONTENT, BadPath, MediaPath, SourcePath, is_what_it_says, parse
from congtin.catalogue.source import Body, Catalogue, Item, Media, Source, blob_id
from congtin.catalogue.store import FragmentStore
from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.model import ItemKind
from congtin.network.network import Network
from congtin.validation import problems_of

MOST_SOURCE_BYTES = 1024 * 1024
MOST_MEDIA_BYTES = 50 * 1024 * 1024
# The sanitiser takes quadratic time on deeply nested text, which no person writes.
MOST_BRACKETS = 40_000
_NESTED = re.compile(r"(?m)^(?:[ \t]*>){60}")

Inspect = Callable[[str, str, str], Iterator[Problem]]
"""What looks at a whole text: (path, language, text) -> Problems."""


_RENAME = msg("Rename it.")


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
    near_sites: dict[str, Msg | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ready = self.store.known()

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
        try:
            data = file.read_bytes()
        except OSError as error:
            self.fail("unreadable", msg("The file cannot be read: {detail}.", detail=error.strerror), path)
            return
        if isinstance(where, MediaPath):
            self.read_media(where, path, data)
            return
        self.source_count += 1
        if self.place_is_known(where):
            self.read_source(where, data)

    def read_media(self, where: MediaPath, path: str, data: bytes) -> None:
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

    def read_source(self, where: SourcePath, data: bytes) -> None:
        path = where.path
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            self.fail("not-utf8", msg("The file is not UTF-8 text."), path, line, hint)
            return
        text = front_matter.unmarked(text)
        if self.inspect:
            self.problems.extend(self.inspect(path, where.lang, text))
        if text.count("<") + text.count(">") + text.count("[") > MOST_BRACKETS or _NESTED.search(text):
            hint = msg("Divide it into several Items, or write it more simply.")
            self.fail("too-complex", msg("The text is nested too deeply or marked up too much."), path, 1, hint)
            return
        front = self.read_front(where, text)
        if front is not None:
            model, yaml_text, body, before = front
            fragment = self.fragment(blob_id(data), body, model.dialect)
            seen = Body(before + 1, fragment.links, fragment.images, fragment.headings, len(fragment.text.split()))
            self.sources[where.item_path].append(Source(where, blob_id(data), model, yaml_text, seen))

    def read_front(self, where: SourcePath, text: str) -> tuple[Original | Translation, str, str, int] | None:
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
            hint = msg("Write each field on a line of its own: “title: …”.")
            self.fail("wrong-value", msg("The front matter must hold keys and values."), path, 2, hint)
            return None
        model = self.model_of(data, path, yaml_text)
        if model is None:
            return None
        try:
            return model.model_validate(data), yaml_text, body, before
        except ValidationError as error:
            found = problems_of(
                error,
                lambda steps: (path, strict_yaml.line_of(yaml_text, steps) + 1),
                list(model.model_fields),
            )
            hints = _foreign_fields(model)
            self.problems.extend(replace(p, hint=hints.get(_unknown_field(p), p.hint)) for p in found)
            return None

    def model_of(self, data: dict[str, object], path: str, yaml_text: str) -> type[Original | Translation] | None:
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
            self.fail("wrong-value", text, path, _line(yaml_text, "kind"), did_you_mean(str(kind), words))
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


def _unknown_field(problem: Problem) -> str:
    return str(problem.message.values.get("field")) if problem.code == "unknown-field" else ""


def _foreign_fields(model: type[Original | Translation]) -> dict[str, Msg]:
    """Return hints for fields that are right in a Source, but not in one of this sort."""
    if model is Translation:
        hint = msg("A translation holds text only; this fact stands in the original.")
        return dict.fromkeys(("kind", *Document.model_fields.keys() - Translation.model_fields.keys()), hint)
    hints = {"translated_from": msg("Only a translation has “translated_from”; it has no “id” and no “kind”.")}
    for kind, other in MODELS.items():
        for name in other.model_fields.keys() - model.model_fields.keys():
            hints[name] = msg("Only the kind “{kind}” has this field.", kind=kind.value)
    return hints
