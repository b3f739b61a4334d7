"""The status of a publisher as one page: where each Change is, and why something is not live (E17)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from congtin.messages import translate
from congtin.model import HANOI_TIME
from congtin.release.page_style import STYLE

if TYPE_CHECKING:
    import jinja2

_EMPTY = {
    **dict.fromkeys(("step", "live", "hold", "failure", "search")),
    **dict.fromkeys(("waiting", "changes", "targets"), ()),
}
_COLOURS = {"queued": "amber", "building": "planned", "live": "green", "failed": "red", "held": "amber"}


def state_word(state: str, lang: str | None = None) -> str:
    """Return what a publisher does, in words."""
    words = {
        "idle": translate("Everything that was approved is live", lang),
        "working": translate("A publication is going on", lang),
        "held": translate("Held", lang),
        "failed": translate("Failed", lang),
    }
    return words[state]


def change_word(state: str, lang: str | None = None) -> str:
    """Return where a Change is, in words."""
    words = {
        "queued": translate("Queued", lang),
        "building": translate("Building", lang),
        "live": translate("Live", lang),
        "failed": translate("Failed", lang),
        "held": translate("Held", lang),
    }
    return words[state]


def step_word(step: str, lang: str | None = None) -> str:
    """Return what a step of a publication does, in words."""
    words = {
        "verify": translate("checking approvals", lang),
        "export": translate("taking the approved files", lang),
        "build": translate("building pages", lang),
        "assemble": translate("putting the Release together", lang),
        "check": translate("checking the pages", lang),
        "sign": translate("signing", lang),
        "switch": translate("switching", lang),
        "look": translate("looking at it over HTTP", lang),
        "log": translate("writing the audit log", lang),
        "tidy": translate("tidying up", lang),
    }
    return words[step]


@functools.cache
def _template() -> jinja2.Template:
    # Many commands know a status, few write its page.
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template("status.html.j2")


def status_page(status: Mapping[str, Any], lang: str = "vi") -> str:
    """Return the page for a status as plain data."""
    return _template().render(
        {**_EMPTY, **status},
        translate=functools.partial(translate, lang=lang),
        lang=lang,
        style=STYLE,
        colours=_COLOURS,
        shown=shown,
        state_word=lambda state: state_word(state, lang),
        change_word=lambda state: change_word(state, lang),
        step_word=lambda step: step_word(step, lang),
    )


def shown(time: str | datetime) -> str:
    """Return a time as people write it, in Hà Nội."""
    moment = datetime.fromisoformat(time) if isinstance(time, str) else time
    return moment.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M:%S")
