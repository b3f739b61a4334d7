"""What files below `sites/` name must exist: Sites, sections and tags of standing consents, successors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.network.network import Network, Site
from congtin.network.options import AcceptRule

Locate = Callable[[Sequence[str | int]], tuple[str, int]]


def reference_problems(network: Network, site: Site, locate: Locate) -> Iterator[Problem]:
    """Yield what a Site names and nobody has; ``locate`` gives file and line of a field."""
    successor = site.options.successor
    if successor is not None and successor not in network.sites:
        text = msg("“{field}” names no Site: “{site}”.", field="successor", site=successor)
        yield Problem("unknown-site", text, *locate(["successor"]), did_you_mean(successor, network.sites))
    for number, rule in enumerate(site.options.accepts):
        yield from _origin_problems(network, site, rule, locate, number)
        for index, tag in enumerate(rule.tags):
            if tag not in network.vocabulary.tags:
                text = msg("The tag “{tag}” is not in the vocabulary.", tag=tag)
                place = locate(["accepts", number, "tags", index])
                yield Problem("unknown-tag", text, *place, _near(tag, network.vocabulary.tags))
        if rule.into not in site.options.sections:
            text = msg("{site} has no section “{section}”.", site=site.id, section=rule.into)
            place = locate(["accepts", number, "into"])
            yield Problem("unknown-section", text, *place, did_you_mean(rule.into, site.options.sections))


def section_kind_problems(network: Network, site: Site, locate: Locate) -> Iterator[Problem]:
    """Yield sections of a kind in which no kind of Items stands."""
    known = network.kinds.sections
    for name, options in site.options.sections.items():
        if options.kind not in known:
            field, place = f"sections.{name}.kind", locate(["sections", name, "kind"])
            text = msg("“{field}” must be one of: {words}.", field=field, words=", ".join(known))
            yield Problem("wrong-value", text, *place, did_you_mean(options.kind, known))


def _origin_problems(network: Network, site: Site, rule: AcceptRule, locate: Locate, number: int) -> Iterator[Problem]:
    origin = network.sites.get(f"{site.portal_id}/portal" if rule.origin == "portal" else rule.origin)
    if origin is None and rule.origin != "portal":
        text = msg("“accepts” names the unknown Site “{site}”.", site=rule.origin)
        place = locate(["accepts", number, "from"])
        yield Problem("unknown-site", text, *place, did_you_mean(rule.origin, network.sites))
    if origin is None:
        return
    for index, section in enumerate(rule.sections):
        if section not in origin.options.sections:
            text = msg("{site} has no section “{section}”.", site=origin.id, section=section)
            place = locate(["accepts", number, "sections", index])
            yield Problem("unknown-section", text, *place, _near(section, origin.options.sections))


def _near(word: str, known: Iterable[str]) -> Msg:
    words = list(known)
    return did_you_mean(word, words) or msg("Known are: {words}.", words=list_of(words))
