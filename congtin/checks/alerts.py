"""Alert banners lead to what citizens can read (C18)."""

from __future__ import annotations

from collections.abc import Iterator

from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.network.alerts import Alert


@check("alerts")
def check_alerts(repository: Repository) -> Iterator[Problem]:
    """Yield links of alerts, up now or later, to Items that do not exist or are not published by then."""
    for alert in repository.network.alerts:
        if alert.item and repository.now < alert.options.until and _is_judged(repository, alert):
            yield from _link(repository, alert)


def _is_judged(repository: Repository, alert: Alert) -> bool:
    scope = repository.scope
    return scope is None or any(site.id in scope for site in repository.network.reach(alert))


def _link(repository: Repository, alert: Alert) -> Iterator[Problem]:
    item, line = repository.catalogue.items.get(alert.item), _line(repository, alert)
    if item is None:
        text = msg("The link leads to an Item that does not exist: “{link}”.", link=alert.options.link)
        yield Problem("broken-link", text, alert.file, line)
    elif item.facts.draft:
        text = msg("The link leads to a draft: “{link}”.", link=alert.options.link)
        yield Problem("link-to-draft", text, alert.file, line, severity=Severity.WARNING)
    elif item.facts.date > max(alert.options.begins, repository.now):
        text = msg("The link leads to a text that is published only later: “{link}”.", link=alert.options.link)
        hint = msg("Until then the banner is shown without the link.")
        yield Problem("link-to-scheduled", text, alert.file, line, hint, Severity.WARNING)


def _line(repository: Repository, alert: Alert) -> int:
    lines = repository.text(alert.file).splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith("link:")), 1)
