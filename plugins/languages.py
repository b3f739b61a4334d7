"""The interface in the Edition's language, and Items shown in another language for want of a text."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from markupsafe import Markup
from pelican import signals

from congtin.build.edition import EditionJob
from congtin.build.interface import machine_moment, show_day, show_moment, show_month, show_number, show_size
from congtin.build.view_types import SiteView
from congtin.model import Role


def set_up_templates(generator: Any) -> None:
    """Give every generator one Jinja environment that speaks the Edition's language."""
    settings = generator.settings
    if "CONGTIN_ENV" in settings:
        generator.env = settings["CONGTIN_ENV"]
        return
    job: EditionJob = settings["CONGTIN_JOB"]
    lang = job.interface.lang
    templates = job.state / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    generator.env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    generator.env.install_gettext_translations(job.interface.translations(), newstyle=True)
    generator.env.filters.update(
        day=lambda value: show_day(value, lang),
        moment=lambda value: show_moment(value, lang),
        month=lambda key: show_month(key, lang),
        number=lambda value: show_number(value, lang),
        size=lambda value: show_size(value, lang),
        machine=machine_moment,
    )
    generator.env.globals["once"] = Once(generator.env)
    generator.env.globals["asset"] = settings["CONGTIN_VIEWS"].assets.url
    settings["CONGTIN_ENV"] = generator.env


class Once:
    """Renders the parts of the frame that most pages share: `once("_footer.html", site)`, once an Edition.

    Such a template sees the Site and, as ``current``, the address of its entry in the menu, if it has one.
    """

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.ready: dict[tuple[str, str], Markup] = {}

    def __call__(self, name: str, site: SiteView, address: str = "") -> Markup:
        current = address if address in site.menu_addresses else ""
        key = (name, current)
        if key not in self.ready:
            self.ready[key] = Markup(self.env.get_template(name).render(site=site, current=current).strip())  # noqa: S704 (our own autoescaped template)
        return self.ready[key]


def add_fallbacks(generator: Any) -> None:
    """Add the Items this Edition shows in their original language."""
    generator.add(Role.FALLBACK)


def register() -> None:
    """Pelican calls this once in each process."""
    signals.generator_init.connect(set_up_templates)
    signals.article_generator_init.connect(add_fallbacks)
    signals.page_generator_init.connect(add_fallbacks)
