"""Facts of Items: vocabulary, addresses, translations, demonstration data (B4, A12, D7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from congtin.catalogue.front_matter import Translation
from congtin.catalogue.source import Item
from congtin.checks.registry import Repository, check
from congtin.crosspost.addresses import fits
from congtin.errors import Problem, Severity, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME, Profile
from congtin.network.coverage import missing_ids
from congtin.network.hosts import RESERVED_PARTS
from congtin.network.network import Site
from congtin.strict_yaml import line_of

EXCEPTION_WARNING = timedelta(days=60)
"""How long before an exception ends somebody is told."""


@check("sections")
def check_sections(repository: Repository) -> Iterator[Problem]:
    """Yield sections whose address is taken by a language or by the engine."""
    for site in repository.own_sites():
        prefixes = {edition.prefix for edition in site.editions}
        for section in site.options.sections:
            if section in prefixes or section in RESERVED_PARTS:
                text = msg("A section cannot be called “{section}”: the address is taken.", section=section)
                yield Problem("reserved-address", text, site.file)


@check("items")
def check_items(repository: Repository) -> Iterator[Problem]:
    """Yield facts that contradict the Site or the vocabulary."""
    for item in repository.own_items:
        section = repository.network.sites[item.site].options.sections[item.section]
        if not fits(section.kind, item.kind):
            text = msg(
                "The kind “{kind}” cannot stand in “{section}”, which holds {content}.",
                kind=item.kind.value,
                section=item.section,
                content=section.kind.value,
            )
            hint = _fitting_sections(repository, item)
            yield Problem("wrong-section", text, item.original.path, _line(item, "kind"), hint)
        yield from _tags(repository, item)
        if item.facts.updated and item.facts.updated < item.facts.date:
            text = msg("“updated” is earlier than “date”.")
            yield Problem("time-order", text, item.original.path, _line(item, "updated"))


def _tags(repository: Repository, item: Item) -> Iterator[Problem]:
    known, tags = repository.network.vocabulary.tags, item.facts.tags
    for number, tag in enumerate(tags):
        if tag in tags[:number]:
            text = msg("The tag “{tag}” stands twice.", tag=tag)
            hint = msg("Take one of the two out.")
            yield Problem("duplicate-tag", text, item.original.path, _line(item, "tags", number), hint)
        elif tag not in known:
            text = msg("The tag “{tag}” is not in the vocabulary.", tag=tag)
            near = did_you_mean(tag, known) or msg("Known are: {words}.", words=list_of(known))
            yield Problem("unknown-tag", text, item.original.path, _line(item, "tags", number), near)


@check("aliases")
def check_aliases(repository: Repository) -> Iterator[Problem]:
    """Yield former addresses that lie where a language or the engine has its own."""
    for item in repository.own_items:
        if not item.facts.aliases:
            continue
        taken = RESERVED_PARTS | {edition.prefix for edition in repository.network.sites[item.site].editions}
        for number, alias in enumerate(item.facts.aliases):
            first = alias.split("/")[1]
            if first in taken:
                text = msg("“{alias}” cannot be a former address: “{part}” is taken.", alias=alias, part=first)
                hint = msg("The first part is the section the text stood in.")
                line = _line(item, "aliases", number)
                yield Problem("reserved-address", text, item.original.path, line, hint)


@check("offers")
def check_offers(repository: Repository) -> Iterator[Problem]:
    """Yield Sites to which an Item is offered and no longer offered at once."""
    for item in repository.own_items:
        if not item.facts.crosspost or not item.facts.crosspost_ended:
            continue
        offered = {site for pattern in item.facts.crosspost for site in _matching(repository, pattern)}
        for number, ended in enumerate(item.facts.crosspost_ended):
            sites = _matching(repository, ended)
            if ended in item.facts.crosspost or (sites and sites <= offered):
                text = msg("“{site}” stands in “crosspost” and in “crosspost_ended”.", site=ended)
                hint = msg("Take it out of one of the two.")
                line = _line(item, "crosspost_ended", number)
                yield Problem("offer-and-end", text, item.original.path, line, hint)


def _matching(repository: Repository, pattern: str) -> set[str]:
    return {site.id for site in repository.network.matching(pattern)}


def _fitting_sections(repository: Repository, item: Item) -> Msg | None:
    sections = repository.network.sites[item.site].options.sections
    fitting = [name for name, options in sections.items() if fits(options.kind, item.kind)]
    words = msg("Sections of {site} for this kind: {words}.", site=item.site, words=list_of(fitting))
    return words if fitting else None


@check("empty-texts")
def check_empty_texts(repository: Repository) -> Iterator[Problem]:
    """Yield texts without a word: a title over an empty page, a document that is only its attachment (D1, L3).

    Only a release is asked: a text that `congtin new` has just begun is no mistake.
    """
    if repository.profile is not Profile.RELEASE:
        return
    for item in repository.own_items:
        for source in item.sources():
            if source.body.empty and not source.body.images:
                text = msg("There is no text below the front matter.")
                hint = msg("Write the text; of a document the full text, not only its attachment (D1).")
                yield Problem("empty-text", text, source.path, source.body.first_line, hint, Severity.WARNING)


@check("translations")
def check_translations(repository: Repository) -> Iterator[Problem]:
    """Yield translations that lack a text the original has, or are older than it (B4)."""
    for item in repository.own_items:
        for source in item.translations.values():
            front = source.front
            if not isinstance(front, Translation):
                continue
            for field in ("summary", "abstract", "image_alt"):
                if getattr(item.facts, field, None) and not getattr(front, field):
                    text = msg("The field “{field}” is missing.", field=field)
                    hint = msg("The original has it; translate it too.")
                    yield Problem("missing-field", text, source.path, 2, hint)
            if item.is_stale(source):
                yield Problem(
                    "stale-translation",
                    msg("The original has changed since this translation was made."),
                    source.path,
                    line_of(source.front_text, ["translated_from"]) + 1,
                    msg("Bring the text up to date, then run: congtin translation confirm {path}", path=source.path),
                    Severity.WARNING,
                )


@check("release")
def check_release(repository: Repository) -> Iterator[Problem]:
    """Yield what keeps a release from citizens: demonstration data, missing EMC and trust ids (N1, K4)."""
    if repository.profile is not Profile.RELEASE:
        return
    for item in repository.own_items:
        if item.facts.demo and not item.facts.draft:
            text = msg("Demonstration data cannot be released.")
            yield Problem("demonstration", text, item.original.path, _line(item, "demo"))
    for site in repository.own_sites():
        yield from _ids(repository, site)


def _ids(repository: Repository, site: Site) -> Iterator[Problem]:
    """Yield which of the two ids a Site lacks, unless an exception with a reason and a last day still holds."""
    lacking = missing_ids(site.options)
    exception = site.options.emc_exception
    if exception and lacking:
        left = exception.until - repository.now.astimezone(HANOI_TIME).date()
        if left >= timedelta(0):
            if left < EXCEPTION_WARNING:
                # When it ends, nothing of the whole network is published until somebody mends this one Site.
                text = msg("The exception from EMC and trust label ends on {day}.", day=exception.until.isoformat())
                hint = msg("Enter “emc_site_id” and “trust_label” before that day, or have the exception made longer.")
                yield Problem("emc-exception-ends-soon", text, site.file, 0, hint, Severity.WARNING)
            return
        text = msg("The exception from EMC and trust label ended on {day}.", day=exception.until.isoformat())
        hint = msg("Enter “emc_site_id” and “trust_label”; a longer exception is a decision of the Portal’s Board.")
        yield Problem("emc-exception-over", text, site.file, hint=hint)
    hint = msg("Until the Site has it, “emc_exception: {{reason: …, until: 2027-06-30}}” says why and how long.")
    if "emc_site_id" in lacking:
        yield Problem("no-emc", msg("The Site has no “emc_site_id” (N1)."), site.file, hint=hint)
    if "trust_label" in lacking:
        text = msg("The Site has no trust label (K4).")
        yield Problem("no-trust-label", text, site.file, hint=hint)


def _line(item: Item, *where: str | int) -> int:
    return line_of(item.original.front_text, where) + 1
