"""A retired Site is kept as it was: nothing new is published there (A17)."""

from __future__ import annotations

from collections.abc import Iterator

from congtin.checks.registry import Repository, check
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.strict_yaml import line_of


@check("retired")
def check_retired(repository: Repository) -> Iterator[Problem]:
    """Yield Items whose Site is retired when they are published."""
    for item in repository.own_items:
        site = repository.network.sites[item.site]
        if not item.facts.draft and site.is_retired(item.facts.date):
            text = msg("{site} is retired when this is published.", site=site.id)
            hint = msg("Publish it on the Site of its successor: {site}.", site=site.options.successor or "–")
            line = line_of(item.original.front_text, ["date"]) + 1
            yield Problem("retired-site", text, item.original.path, line, hint, Severity.WARNING)
