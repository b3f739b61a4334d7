"""Pages and style sheets as the Nu Html Checker, the W3C's own, judges them."""

from __future__ import annotations

from collections import defaultdict

import pytest
from gates.nu import judge
from network import REPOSITORY
from whole import WholeNetwork

pytestmark = pytest.mark.slow

THEME = REPOSITORY / "themes/base"
TEMPLATES = {path.stem for path in (THEME / "templates").glob("[!_]*.html")} - {"base"}
KINDS = {path.relative_to(THEME).with_suffix("").as_posix() for path in (THEME / "kinds").glob("*/*.html")}
OF_EACH = 3


def sample(whole: WholeNetwork) -> list[str]:
    """Return a few pages of every template in every language: the largest, the smallest and one between."""
    groups = defaultdict(list)
    for name in whole.page_names:
        groups[whole.templates[name], whole.edition_of_file[name][0].lang].append(name)
    chosen = set()
    for names in groups.values():
        by_size = sorted(names, key=lambda name: (whole.output / name).stat().st_size)
        chosen.update(by_size[int(i * (len(by_size) - 1) / (OF_EACH - 1))] for i in range(OF_EACH))
    return sorted(chosen)


def test_the_checker_finds_what_is_wrong(tmp_path):
    """A page with an error is not passed in silence: the judge is awake."""
    page = tmp_path / "wrong.html"
    page.write_text('<!DOCTYPE html><html lang="vi"><title>x</title><p><img src="a.png"><div></p></html>', "utf-8")
    assert len(judge(str(page))) >= 2


def test_the_sample_holds_every_template_in_every_language(whole):
    """Nothing escapes the checker because no page of its kind was chosen."""
    pages = sample(whole)
    assert len(pages) > 150
    assert len(TEMPLATES) > 15 and len(KINDS) > 20
    assert {whole.templates[name] for name in pages} == TEMPLATES | KINDS
    # Demonstration Items of the kinds that folders declare have no Chinese, Korean or Japanese text; lists have.
    for template in (TEMPLATES | {name for name in KINDS if name.endswith("/list")}) - {"redirect", "withdrawn"}:
        languages = {whole.edition_of_file[name][0].lang for name in pages if whole.templates[name] == template}
        assert languages >= {"vi", "en", "zh", "ko", "ja"}, template


def test_pages_of_every_template_and_language_are_valid_html(whole):
    """No error and no warning in the whole sample."""
    found = judge(*(str(whole.output / name) for name in sample(whole)))
    assert not found, "\n".join(found[:40])


def test_style_sheets_are_valid_css(whole):
    """Every style sheet of the output is valid; equal ones are judged once."""
    sheets = {name.rpartition("/")[2]: name for name in whole.files if name.endswith(".css")}
    assert sheets
    found = judge("--css", *(str(whole.output / name) for name in sheets.values()))
    assert not found, "\n".join(found)
