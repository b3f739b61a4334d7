"""Links, pictures and files: everything a text points to exists, and every picture has words."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from congtin.catalogue.front_matter import Document
from congtin.catalogue.paths import MEDIA_SUFFIX, PICTURES
from congtin.catalogue.source import Item, Source
from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity, did_you_mean, list_of
from congtin.layout import CONTENT
from congtin.messages import Msg, msg
from congtin.strict_yaml import line_of

_FOREIGN = re.compile(r"//|[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def _front_line(source: Source, *where: str | int) -> int:
    return line_of(source.front_text, where) + 1


@check("links")
def check_links(repository: Repository) -> Iterator[Problem]:
    """Yield links in texts that lead nowhere."""
    by_path = repository.catalogue.by_path()
    for item in repository.own_items:
        for source in item.sources():
            for link in source.body.links:
                for problem in _link(repository, by_path, item, source, link):
                    yield _placed(repository, source, link, problem)


def _link(repository: Repository, by_path: dict[str, Item], item: Item, source: Source, link: str) -> Iterator[Problem]:
    line = source.body.first_line
    try:
        parts = urlsplit(link)
    except ValueError:
        text = msg("“{link}” is not a possible address.", link=link)
        yield Problem("broken-link", text, source.path, line)
        return
    if parts.scheme == "item":
        target = repository.catalogue.items.get(parts.path)
        if target is None:
            text = msg("The link leads to an Item that does not exist: “{link}”.", link=link)
            yield Problem("broken-link", text, source.path, line, _near_id(parts.path, repository.catalogue.ids))
        else:
            yield from _unseen(repository, item, source, target, link)
    elif parts.scheme or parts.netloc:
        return
    elif not parts.path:
        if parts.fragment and not _has_own_anchor(source, parts.fragment):
            yield _no_anchor(source, item, link)
    elif parts.path.startswith("/"):
        text = msg("The link “{link}” names an address that can change.", link=link)
        yield Problem("bare-address", text, source.path, line, msg("Link to an Item as item:<id>."))
    else:
        yield from _relative(repository, by_path, item, source, link)


def _unseen(repository: Repository, item: Item, source: Source, target: Item, link: str) -> Iterator[Problem]:
    """Yield what readers of a text would miss of the Item it links to: all of it, or the heading named."""
    line, anchor = source.body.first_line, urlsplit(link).fragment
    if target.facts.draft and not item.facts.draft:
        text = msg("The link leads to a draft: “{link}”.", link=link)
        yield Problem("link-to-draft", text, source.path, line, severity=Severity.WARNING)
    elif not item.facts.draft and max(item.facts.date, repository.now) < target.facts.date:
        text = msg("The link leads to a text that is published only later: “{link}”.", link=link)
        yield Problem("link-to-scheduled", text, source.path, line, severity=Severity.WARNING)
    elif anchor and not _has_anchor(target, anchor):
        yield _no_anchor(source, target, link)


def _placed(repository: Repository, source: Source, address: str, problem: Problem) -> Problem:
    """Return a problem of the body with the line where the address stands, not that of the body's start."""
    lines = repository.text(source.path).split("\n")
    forms = {address, unquote(address), html.escape(address), html.escape(address, quote=False)}
    if not address:  # the sanitiser has taken it away
        forms = {f"{before}{scheme}:" for before in ("](", 'src="') for scheme in ("data", "file", "blob")}
    for number, line in enumerate(lines[source.body.first_line - 1 :], source.body.first_line):
        if any(form in line for form in forms):
            return replace(problem, line=number)
    return problem


def _near_id(wrong: str, known: Iterable[str]) -> Msg | None:
    """Suggest ids that begin or end alike: comparing with every id there is would take minutes."""
    return did_you_mean(wrong, [name for name in known if name[:4] == wrong[:4] or name[-4:] == wrong[-4:]])


def _relative(
    repository: Repository, by_path: dict[str, Item], item: Item, source: Source, link: str
) -> Iterator[Problem]:
    path = urlsplit(link).path
    target = posixpath.normpath(posixpath.join(source.where.folder, unquote(path)))
    line = source.body.first_line
    if not target.startswith(f"{CONTENT}/{item.site}/"):
        text = msg("The link “{link}” leaves the Site.", link=link)
        yield Problem("link-leaves-site", text, source.path, line, msg("Link to other Sites as item:<id>."))
    elif target.endswith(".md"):
        other = by_path.get(_without_language(target))
        if other is None:
            text = msg("The link leads to an Item that does not exist: “{link}”.", link=link)
            yield Problem("broken-link", text, source.path, line, _near_text(by_path, target))
        else:
            yield from _unseen(repository, item, source, other, link)
    elif media_name(item, source, path) not in item.media:
        text = msg("The linked file is missing: “{link}”.", link=link)
        hint = _near_file(item, path) or msg("Write https:// before addresses elsewhere.")
        yield Problem("missing-file", text, source.path, line, hint)


def _near_text(by_path: Iterable[str], target: str) -> Msg | None:
    folder, name = posixpath.split(_without_language(target))
    return did_you_mean(name, [posixpath.basename(path) for path in by_path if posixpath.dirname(path) == folder])


def _near_file(item: Item, path: str) -> Msg | None:
    return did_you_mean(path, [f"{item.original.where.slug}{MEDIA_SUFFIX}/{name}" for name in item.media])


def media_name(item: Item, source: Source, path: str) -> str | None:
    """Return the name of one of the Item's own files, or None for any other path."""
    target = posixpath.normpath(posixpath.join(source.where.folder, unquote(path)))
    folder = f"{item.item_path}{MEDIA_SUFFIX}/"
    return target.removeprefix(folder) if target.startswith(folder) else None


def _own_file(item: Item, path: str) -> str | None:
    """Return the name of one of the Item's own files, written exactly `<slug>.files/<name>` as the build needs it."""
    folder, _, name = path.partition("/")
    return name if folder == f"{item.original.where.slug}{MEDIA_SUFFIX}" and name in item.media else None


def _without_language(path: str) -> str:
    base = path.removesuffix(".md")
    return base.rpartition(".")[0] if "." in posixpath.basename(base) else base


def _has_anchor(item: Item, anchor: str) -> bool:
    return any(_has_own_anchor(source, anchor) for source in item.sources())


def _has_own_anchor(source: Source, anchor: str) -> bool:
    return anchor.startswith(("fn-", "fnref-")) or any(h.id == anchor for h in source.body.headings)


def _no_anchor(source: Source, target: Item, link: str) -> Problem:
    anchor = link.partition("#")[2]
    text = msg("There is no heading for the link “{link}”.", link=link)
    known = dict.fromkeys(heading.id for text_of in target.sources() for heading in text_of.body.headings)
    hint = did_you_mean(anchor, known) or (msg("Its headings are: {words}.", words=list_of(known)) if known else None)
    return Problem("broken-anchor", text, source.path, source.body.first_line, hint)


@check("images")
def check_images(repository: Repository) -> Iterator[Problem]:
    """Yield pictures that are missing or say nothing to a blind reader (D10, L1)."""
    for item in repository.own_items:
        facts = item.facts
        if facts.image:
            yield from _lead_image(item)
        for source in item.sources():
            for address, alternative in source.body.images:
                for problem in _image(item, source, address, alternative):
                    yield _placed(repository, source, address, problem)
        if isinstance(facts, Document):
            for number, attachment in enumerate(facts.attachments):
                line = _front_line(item.original, "attachments", number, "file")
                missing = file_problem(item, item.original, attachment.file, line)
                if missing:
                    yield missing


def file_problem(item: Item, source: Source, file: str, line: int) -> Problem | None:
    """Return what is wrong with a file that a field of a Source names; None where the Item has it."""
    if _own_file(item, file) is not None:
        return None
    text = msg("The attached file is missing: “{file}”.", file=file)
    return Problem("missing-file", text, source.path, line, _file_hint(item, file))


def item_problems(repository: Repository, item: Item, source: Source, item_id: str, line: int) -> Iterator[Problem]:
    """Yield what is wrong with an Item that a field of a Source names."""
    for problem in _link(repository, {}, item, source, f"item:{item_id}"):
        yield replace(problem, line=line)


def _file_hint(item: Item, path: str) -> Msg:
    folder = f"{item.original.where.slug}{MEDIA_SUFFIX}/"
    return _near_file(item, path) or msg("The files of this text lie beside it in {folder}.", folder=folder)


def _lead_image(item: Item) -> Iterator[Problem]:
    source, image = item.original, item.facts.image or ""
    name = _own_file(item, image)
    if name is None:
        text = msg("The picture is missing: “{file}”.", file=image)
        yield Problem("missing-image", text, source.path, _front_line(source, "image"), _file_hint(item, image))
    elif name.rpartition(".")[2] not in PICTURES:
        text = msg("“{file}” is not a picture.", file=image)
        hint = msg("Pictures are files of the types {types}.", types=", ".join(sorted(PICTURES)))
        yield Problem("missing-image", text, source.path, _front_line(source, "image"), hint)
    if not (item.facts.image_alt or "").strip():
        text = msg("The picture needs “image_alt”: what a person who cannot see it should know.")
        yield Problem("missing-alt", text, source.path, _front_line(source, "image"))


def _image(item: Item, source: Source, address: str, alternative: str) -> Iterator[Problem]:
    line = source.body.first_line
    if _FOREIGN.match(address):
        text = msg("The picture “{file}” lies on another host.", file=address)
        yield Problem("foreign-image", text, source.path, line, msg("Put the file beside the text."))
        return
    if not address:
        text = msg("A picture has no address, or one that is not allowed, such as data:.")
        yield Problem("missing-image", text, source.path, line, _file_hint(item, address))
    elif media_name(item, source, address) not in item.media:
        text = msg("The picture is missing: “{file}”.", file=address)
        yield Problem("missing-image", text, source.path, line, _file_hint(item, address))
    if not alternative.strip():
        text = msg("The picture “{file}” has no alternative text.", file=address)
        yield Problem("missing-alt", text, source.path, line, msg("Write ![what it shows](file)."))
