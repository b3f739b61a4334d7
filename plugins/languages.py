"""The interface in the Edition's language, and Items shown in another language for want of a text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from jinja2 import Environment
from jinja2.filters import do_urlencode
from markupsafe import Markup
from pelican import signals

from congtin.build.compiled_templates import compiled_templates
from congtin.build.edition import EditionJob
from congtin.build.interface import machine_moment, show_day, show_moment, show_month, show_number, show_size
from congtin.build.template_environment import EditionEnvironment
from congtin.build.view_types import SiteView
from congtin.model import Role


def set_up_templates(generator: Any) -> None:
    """Give every generator one Jinja environment that speaks the Edition's language."""
    settings = generator.settings
    if "CONGTIN_ENV" not in settings:
        settings["CONGTIN_ENV"] = _environment(generator.env, settings)
    generator.env = settings["CONGTIN_ENV"]


def _environment(pelicans: Environment, settings: Mapping[str, Any]) -> Environment:
    """Return the environment of an Edition, with everything Pelican puts into its own."""
    job: EditionJob = settings["CONGTIN_JOB"]
    lang, views = job.interface.lang, settings["CONGTIN_VIEWS"]
    env = EditionEnvironment(
        loader=pelicans.loader,
        bytecode_cache=compiled_templates(job.state, job.plan.root),
        auto_reload=False,
        plain=(Each, Once, Words),
        **settings["JINJA_ENVIRONMENT"],
    )
    for own, given in ((env.filters, pelicans.filters), (env.tests, pelicans.tests), (env.globals, pelicans.globals)):
        own.update(given)
    translations = job.interface.translations()
    env.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    env.filters.update(
        day=lambda value: show_day(value, lang),
        moment=lambda value: show_moment(value, lang),
        month=lambda key: show_month(key, lang),
        number=lambda value: show_number(value, lang),
        size=lambda value: show_size(value, lang),
        machine=machine_moment,
        each=Each(),
        # An address stands in several links of a page.
        urlencode=lru_cache(maxsize=64)(do_urlencode),
    )
    env.globals.update(_=Words(translations), once=Once(env, views.site))
    env.globals.update(asset=views.assets.url, integrity=views.assets.integrity)
    return env


class Once:
    """Renders the parts of the frame that many pages share: `once("_footer.html")`, once an Edition.

    Such a template sees the Site and what it is given by name: `once("_menu.html", current=page.entry)`.
    """

    def __init__(self, env: Environment, site: SiteView) -> None:
        self.env = env
        self.site = site
        self.ready: dict[tuple[Hashable, ...], Markup] = {}

    def __call__(self, name: str, **given: Hashable) -> Markup:
        key = (name, *given.values())
        if key not in self.ready:
            self.ready[key] = Markup(self.env.get_template(name).render(site=self.site, **given).strip())  # noqa: S704 (our own autoescaped template)
        return self.ready[key]


class Each:
    """Joins what a macro makes of each entry of a list, each entry once an Edition: `cards|each(card, level)`."""

    def __init__(self) -> None:
        self.ready: dict[tuple[Hashable, ...], dict[Hashable, Markup]] = {}

    def __call__(
        self, entries: Sequence[Hashable], macro: Callable[..., Markup], *given: Hashable, between: str = ""
    ) -> Markup:
        # The macro itself is part of the key: one that was imported with the context of a page is another for each.
        ready = self.ready.setdefault((macro, *given), {})
        for entry in entries:
            if entry not in ready:
                ready[entry] = macro(entry, *given)
        return Markup(between.join([ready[entry] for entry in entries]))  # noqa: S704 (what autoescaped macros made)


class Words:
    """Looks up the interface's words as Jinja's own `_` does; those without places once an Edition."""

    def __init__(self, translations: NullTranslations) -> None:
        self.gettext = translations.gettext
        self.ready: dict[str, Markup] = {}

    def __call__(self, message: str, **places: object) -> Markup:
        if places:
            return Markup(self.gettext(message)) % places  # noqa: S704 (the theme's own catalogue)
        if message not in self.ready:
            self.ready[message] = Markup(self.gettext(message)) % {}  # noqa: S704 (as above)
        return self.ready[message]


def add_fallbacks(generator: Any) -> None:
    """Add the Items this Edition shows in their original language."""
    generator.add(Role.FALLBACK)


def register() -> None:
    """Pelican calls this once in each process."""
    signals.generator_init.connect(set_up_templates)
    signals.article_generator_init.connect(add_fallbacks)
    signals.page_generator_init.connect(add_fallbacks)
