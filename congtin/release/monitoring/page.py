"""The board of all Sites as one file of HTML: no script, no other file, readable on a phone and when printed."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import jinja2

from congtin.messages import translate, translate_count
from congtin.model import HANOI_TIME
from congtin.release.monitoring.findings import SYMBOLS, Light, Overview, light_word, subject_word
from congtin.release.page_style import STYLE

FILE = "monitor.html"


def board_html(overview: Overview, lang: str) -> str:
    """Return the board in a language."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.get_template("board.html.j2")
    troubled = [row for row in overview.sites if row.light is not Light.GREEN]
    calm = [row for row in overview.sites if row.light is Light.GREEN]
    return template.render(
        lang=lang,
        style=STYLE,
        title=translate("Côngtin: the state of all Sites", lang),
        at=_stand(overview.at, overview.release, lang),
        counts=[(light, overview.counts[light], light_word(light, lang)) for light in reversed(Light)],
        symbols=SYMBOLS,
        machine=overview.machine,
        troubled=troubled,
        calm=calm,
        words={
            "reload": translate("Load anew", lang),
            "machine": translate("Publishing and backup", lang),
            "troubled": translate("Sites with an alarm, a warning or a planned stop, the worst first", lang),
            "fine": translate("Every Site is in order.", lang),
            "others": translate("Other Sites", lang),
            "calm": translate_count("{count} Site in order", "{count} Sites in order", len(calm), lang),
        },
        light_word=lambda light: light_word(light, lang),
        subject=lambda finding: subject_word(finding.subject, lang),
        said=lambda finding: finding.message.in_language(lang),
        shown=lambda row: row.wrong or row.findings,
    )


def write_board(overview: Overview, folder: Path, lang: str) -> Path:
    """Write the board into a folder, whole or not at all; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file, half = folder / FILE, folder / f".{FILE}.{os.getpid()}"
    half.write_text(board_html(overview, lang), "utf-8")
    half.replace(file)
    return file


def _stand(at: datetime, release: int | None, lang: str) -> str:
    text = translate("As of {time}, Release {number}", lang) if release else translate("As of {time}, no Release", lang)
    return text.format(time=f"{at.astimezone(HANOI_TIME):%d/%m/%Y %H:%M:%S}", number=release)
