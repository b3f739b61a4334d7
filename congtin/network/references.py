"""What files below `sites/` name must exist: Sites, sections and tags of standing consents, successors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import Msg, msg
from congtin.network.network import Network, Site
from congtin.network.options import AcceptRule

_ADDRESS = re.compile(r"https://[^\s/]\S*")
Locate = Callable[[Sequence[str | int]], tuple[str, int]]


def reference_problems(network: Network, site: Site, locate: Locate) -> Iterator[Problem]:
    """Yield what a Site names and nobody has; ``locate`` gives file and line of a field."""
    yield from _retirement_problems(network, site, locate)
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


def _retirement_problems(network: Network, site: Site, locate: Locate) -> Iterator[Problem]:
    """Yield what keeps readers of a retired Site from its successor (A17)."""
    options, successor = site.options, site.options.successor
    if successor is not None and successor not in network.sites and not _ADDRESS.fullmatch(successor):
        text = msg("“{field}” names no Site: “{site}”.", field="successor", site=successor)
        yield Problem("unknown-site", text, *locate(["successor"]), did_you_mean(successor, network.sites))
    if _comes_back(network, site):
        text = msg("The successors of {site} lead back to where they began.", site=site.id)
        hint = msg("Name the Site that has the tasks today.")
        yield Problem("successor-circle", text, *locate(["successor"]), hint)
    if options.status == "retired":
        if options.retired_on is None:
            hint = msg("Write the first day on which nothing new is published there, as in 2026-10-05.")
            text = msg("The field “{field}” is missing.", field="retired_on")
            yield Problem("missing-field", text, *locate(["status"]), hint)
        if successor is None and not options.retired_reason:
            text = msg("A retired Site names its successor, or says why there is none.")
            hint = msg("Write “successor” (a Site, or an address that begins with https://) or “retired_reason”.")
            yield Problem("no-successor", text, *locate(["status"]), hint)
    elif options.retired_on is not None:
        text = msg("“retired_on” has no effect on a Site that is live.")
        yield Problem("not-retired", text, *locate(["retired_on"]), msg("Write “status: retired” too."))


def _comes_back(network: Network, site: Site) -> bool:
    seen, current = {site.id}, network.successor_of(site)
    while current is not None and current.id not in seen:
        seen.add(current.id)
        current = network.successor_of(current)
    return current is not None and current.id == site.id


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
