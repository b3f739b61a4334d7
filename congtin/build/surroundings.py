"""What stands around the Items of an Edition, as digests: its Site, its Portal, the words, other Sites."""

from __future__ import annotations

import json
from dataclasses import astuple
from functools import cached_property

from pydantic import BaseModel

from congtin.build.discovery import security
from congtin.build.frame import Frame, short_digest
from congtin.build.interface import Interface
from congtin.build.plan import EditionPlan
from congtin.network.network import Site


class Surroundings:
    """The digests of what stands around the Items of one Edition."""

    def __init__(self, plan: EditionPlan, frame: Frame, interface: Interface) -> None:
        self.plan = plan
        self.frame = frame
        self.interface = interface
        self._sites: dict[str, str] = {}

    @cached_property
    def page(self) -> str:
        """What the frame of every page shows: what feeds show of the Site too, and the alerts over its pages."""
        alerts = [list(map(str, astuple(alert))) for alert in self.plan.alerts]
        return short_digest(self.feed, text_of(alerts)) if alerts else self.feed

    @cached_property
    def feed(self) -> str:
        """The Site, its Portal, the words of the interface."""
        plan = self.plan
        return short_digest(
            self.interface.lang,
            self.interface.compiled,
            text_of(sorted(self.interface.languages)),
            text_of([str(plan.edition.key), plan.edition.folder, plan.profile.value]),
            self.site(plan.site),
            text_of([plan.site.is_retired(plan.now), self._followed(plan.site)]),
            self.site(plan.portal_site),
            _model(plan.portal.options),
            self.frame.brands[plan.portal.options.brand].digest,
            _model(plan.vocabulary),
        )

    @cached_property
    def directory(self) -> str:
        """The component Sites of a Portal, and who took over from those that are retired; the same on all others."""
        plan = self.plan
        retired = [
            [s.id, s.options.retired_on.isoformat() if s.options.retired_on else "", self._followed(s)]
            for s in plan.directory
            if s.is_retired(plan.now)
        ]
        return short_digest(text_of([[_listed(s) for s in plan.directory], retired]))

    @cached_property
    def everything(self) -> str:
        """All that any file of the Edition shows beside its Items."""
        plan = self.plan
        parts: list[object] = [
            [[redirect.path, redirect.target] for redirect in plan.redirects],
            security(plan),
            {lang: sorted(paths) for lang, paths in plan.sibling_pages.items()},
        ]
        return short_digest(self.frame.digest, self.page, self.directory, text_of(parts))

    def spoken(self, path: str) -> list[str]:
        """Return the languages of the Site's other Editions that have a page at this address."""
        return [lang for lang, paths in self.plan.sibling_pages.items() if path in paths]

    def site(self, site: Site) -> str:
        """Return the digest of all that is known of a Site."""
        found = self._sites.get(site.id)
        if found is None:
            editions = [[edition.lang, edition.base_url] for edition in site.editions]
            found = self._sites[site.id] = short_digest(site.id, _model(site.options), text_of(editions))
        return found

    def _followed(self, site: Site) -> str:
        """Return what pages show of a Site's successor."""
        successor = self.plan.successors.get(site.id)
        return self.site(successor) if successor else site.options.successor or ""


def text_of(value: object) -> str:
    """Return a value of plain types as text that differs wherever the value does."""
    return json.dumps(value, ensure_ascii=False)


def _listed(site: Site) -> list[object]:
    """Return what a Portal's directory shows of a Site, as a page and as data."""
    options = site.options
    return [site.id, site.kind.value, options.name, options.status, [[e.lang, e.base_url] for e in site.editions]]


def _model(model: BaseModel) -> str:
    return model.model_dump_json(by_alias=True)
