"""New Sources: the right path, the right front matter, an id; and translations brought up to date."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import yaml
from pydantic import ValidationError

from congtin.catalogue.front_matter import ID_ALPHABET, ID_LENGTH, split
from congtin.catalogue.kind_models import source_models
from congtin.catalogue.paths import MOST_SLUG, BadPath, SourcePath, parse
from congtin.catalogue.source import Catalogue, Item
from congtin.characters import INVISIBLE, character_name
from congtin.engine import blob_id
from congtin.errors import UsageError, did_you_mean, list_of
from congtin.languages import ascii_slug
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME
from congtin.network.network import Network, Site
from congtin.network.options import Vocabulary
from congtin.validation import StrictModel, problems_of


def new_id() -> str:
    """Return a fresh Item id."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


def new_item(
    network: Network,
    site_id: str,
    section: str | None,
    kind: str,
    fields: Mapping[str, object],
    now: datetime,
) -> Path:
    """Write the original of a new Item and return its path; an existing file is never overwritten."""
    site = network.sites.get(site_id)
    if site is None:
        raise UsageError(msg("There is no Site “{site}”.", site=site_id), did_you_mean(site_id, network.sites))
    chosen = _section(network, site, section, kind)
    front = {
        "id": new_id(),
        "kind": str(kind),
        **{field: _typed(field, value) for field, value in fields.items()},
        "date": now.astimezone(HANOI_TIME).isoformat(timespec="seconds"),
    }
    _require_valid(source_models(network.kinds).originals[kind], front)
    _require_known_terms(network.vocabulary, front)
    slug = _slug(str(front["title"]))
    _require_free(site, slug)
    where = SourcePath(site.id, chosen, f"{now.astimezone(HANOI_TIME):%Y}", slug, site.main_language)
    return _write(network.root / where.path, front, "")


def new_translation(network: Network, catalogue: Catalogue, path: str, lang: str) -> Path:
    """Write an empty translation beside an original and return its path."""
    item = find_item(catalogue, path)
    site = network.sites[item.site]
    if lang not in site.options.languages:
        text = msg("{site} is not published in the language “{lang}”.", site=site.id, lang=lang)
        raise UsageError(text, msg("Its languages are: {words}.", words=list_of(site.options.languages)))
    if item.source(lang):
        raise UsageError(msg("There is a text in “{lang}” already: {path}.", lang=lang, path=path))
    where = item.original.where
    front: dict[str, object] = {"translated_from": item.original.blob, "title": item.facts.title}
    for field in ("summary", "abstract", "image_alt", "issuer", "signatory_post"):
        value = getattr(item.facts, field, None)
        if value:
            front[field] = value
    _require_valid(source_models(network.kinds).translation, front)
    _, body, _ = split((network.root / item.original.path).read_text("utf-8"))
    target = SourcePath(where.site, where.section, where.year, where.slug, lang)
    return _write(network.root / target.path, front, body)


def confirm_translation(root: Path, catalogue: Catalogue, path: str) -> None:
    """Write into a translation that it matches the original as it is now; nothing else changes."""
    item = find_item(catalogue, path)
    file = root / path
    if path == item.original.path:
        raise UsageError(msg("{path} is the original, not a translation.", path=path))
    now = blob_id((root / item.original.path).read_bytes())
    line = f"translated_from: {now}".encode()
    file.write_bytes(re.sub(rb"(?m)^translated_from:[^\r\n]*", line, file.read_bytes(), count=1))


def find_item(catalogue: Catalogue, path: str) -> Item:
    """Return the Item a Source belongs to; raise UsageError when there is none."""
    try:
        where = parse(path)
    except BadPath as error:
        raise UsageError(error.message, error.hint) from error
    item_path = where.item_path
    found = catalogue.by_path().get(item_path)
    if found is None:
        raise UsageError(msg("There is no Item at {path}.", path=path))
    return found


def _section(network: Network, site: Site, section: str | None, kind: str) -> str:
    fitting = [name for name, o in site.options.sections.items() if network.kinds.fits(o.kind, kind)]
    if section is None and len(fitting) == 1:
        return fitting[0]
    if section in fitting:
        return str(section)
    words = msg("Sections of {site} for this kind: {words}.", site=site.id, words=list_of(fitting))
    if section is None:
        raise UsageError(msg("Name a section with --section."), words)
    raise UsageError(msg("“{section}” does not fit.", section=section), did_you_mean(section, fitting) or words)


def _typed(field: str, value: object) -> object:
    """Return what a person typed as it is written: composed letters, single spaces, nothing invisible."""
    if isinstance(value, list):
        return [_typed(field, each) for each in value]
    if not isinstance(value, str):
        return value
    text = " ".join(unicodedata.normalize("NFC", value).split())
    invisible = INVISIBLE.search(text)
    if invisible:
        code = character_name(invisible[0])
        found = msg("“{field}” holds the invisible character {code}.", field=field, code=code)
        raise UsageError(found, msg("Delete it: it breaks search and can hide text."))
    return text


def _require_valid(model: type[StrictModel], front: Mapping[str, object]) -> None:
    """Raise UsageError with the first thing that a Source's model says of the fields."""
    try:
        model.model_validate(dict(front))
    except ValidationError as error:
        first = next(problems_of(error, lambda _: ("", 0), list(model.model_fields)))
        raise UsageError(first.message, first.hint) from error


def _require_known_terms(vocabulary: Vocabulary, front: Mapping[str, object]) -> None:
    tags = front.get("tags", [])
    for tag in tags if isinstance(tags, list) else []:
        if tag not in vocabulary.tags:
            text = msg("The tag “{tag}” is not in the vocabulary.", tag=tag)
            raise UsageError(text, _near(tag, vocabulary.tags))
    for field, known in (("type", vocabulary.document_types), ("field", vocabulary.document_fields)):
        value = front.get(field)
        if value is not None and value not in known:
            text = msg("“{field}”: “{value}” is not in the vocabulary.", field=field, value=value)
            raise UsageError(text, _near(str(value), known))


def _near(word: str, known: Iterable[str]) -> Msg:
    words = list(known)
    return did_you_mean(word, words) or msg("Known are: {words}.", words=list_of(words))


def _require_free(site: Site, slug: str) -> None:
    if slug in {edition.prefix for edition in site.editions}:
        text = msg("An Item cannot be called “{slug}”: a language has that address.", slug=slug)
        raise UsageError(text, msg("Choose another title."))


def _slug(title: str) -> str:
    slug = ascii_slug(title)
    if len(slug) > MOST_SLUG:
        slug = slug[: MOST_SLUG + 1].rpartition("-")[0] or slug[:MOST_SLUG]
    if not re.search("[a-z]", slug):
        raise UsageError(msg("The title “{title}” gives no address.", title=title), msg("Use letters in the title."))
    return slug


def _write(path: Path, front: Mapping[str, object], body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    yaml_text = yaml.safe_dump(dict(front), allow_unicode=True, sort_keys=False, width=10_000)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(f"---\n{yaml_text}---\n{body or chr(10)}")
    except FileExistsError as error:
        raise UsageError(msg("{path} exists already.", path=path), msg("Choose another title.")) from error
    return path
