"""What an Edition's templates show is what Jinja's own environment shows: nothing gets past the escaping."""

from __future__ import annotations

import marshal
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, pass_context
from jinja2.bccache import bc_magic
from jinja2.runtime import Context
from markupsafe import Markup, escape
from network import REPOSITORY, TinyNetwork, article

from congtin.build.shipped import SHIPPED
from congtin.build.template_environment import EditionEnvironment, escaped

TEXT = "-- content/ha/portal/tin-tuc/2026/cau.vi.md --\n" + article(1)
_TEMPLATES = DictLoader(
    {
        "page": '{% import "parts" as p %}<p title="{{ value }}">{{ value }}</p>{{ p.cell(value) }}{{ value|upper }}'
        '{% set kept %}{{ value }}{% endset %}{{ kept }}{{ value ~ "<" }}{{ missing }}{{ [value]|join(", ") }}',
        "parts": '{% macro cell(value) %}<td>{{ value }}{{ "<b>"|safe }}</td>{% endmacro %}'
        "{% macro box(value) %}<div>{{ value }}{{ caller() }}</div>{% endmacro %}",
        "open": "{% autoescape off %}{{ value }}{% endautoescape %}{{ value }}",
        "calls": '{% from "parts" import cell, box %}'
        '{% macro own(value, mark="!") %}{{ value }}{{ mark }}{% endmacro %}'
        "{% block main %}{% for one in [value, 1] %}{% set two = one %}"
        '{{ own(one) }}{{ own(one, mark=two) }}{{ cell(two) }}{{ plain(one, more=two) }}{{ asking("two") }}'
        "{% call box(one) %}{{ loop.index }}{{ two }}{% endcall %}{% endfor %}{% endblock %}{{ plain(value) }}",
    }
)


class _Text(str):
    """Text of a class of its own, as some libraries return it."""

    __slots__ = ()


class _Plain:
    """What templates call and what asks for nothing of theirs, as `_` and `once` do."""

    def __call__(self, value: object, more: object = "") -> str:
        return f"{value}{more}<"


@pass_context
def _asking(context: Context, name: str) -> object:
    """Tell what a name stands for where the template calls this."""
    return context.get(name, "nothing")


class _Shown:
    def __html__(self) -> str:
        return "<i>shown</i>"


_TEXTS = st.text(alphabet="<>&\"'{}%#aàđ \n\u00a0")
_VALUES = st.one_of(
    _TEXTS, _TEXTS.map(Markup), _TEXTS.map(_Text), st.integers(), st.none(), st.booleans(), st.builds(_Shown)
)


@given(_VALUES)
def test_a_value_is_escaped_as_markupsafe_does_it(value: object) -> None:
    assert str(escaped(value)) == str(escape(value))


@given(_VALUES)
def test_pages_are_those_of_plain_jinja(value: object) -> None:
    options = {"loader": _TEMPLATES, "autoescape": True}
    ours, plain = EditionEnvironment(plain=[_Plain], **options), Environment(**options)  # noqa: S701 (it is on)
    for name in ("page", "open", "calls"):
        given = {"value": value, "plain": _Plain(), "asking": _asking}
        assert ours.get_template(name).render(given) == plain.get_template(name).render(given)


def test_nothing_that_ends_an_element_or_an_attribute_gets_through() -> None:
    page = EditionEnvironment(loader=_TEMPLATES, autoescape=True).get_template("page")
    made = page.render(value="\"><script>alert('x')</script>&")
    assert "<script" not in made
    assert '"><' not in made.replace('"></', "")


@pytest.mark.parametrize("full", [False, True], ids=["read-by-the-first-process", "and-compiled-by-others"])
def test_damaged_compiled_templates_are_compiled_again(tiny, full):
    """They lie beside the store, where a power cut may leave anything."""
    net = tiny(TEXT)
    own_theme(net)
    net.build()
    pages = net.files()
    compiled = sorted((net.root / ".congtin/templates").iterdir())
    assert len(compiled) > 10
    for number, file in enumerate(compiled):
        data = file.read_bytes()
        file.write_bytes([b"", data[:-40], data[:30], b"\x80" + data[1:], data[:20] + b"\xff" * 200, data][number % 6])
    if not full:
        net.put("content/ha/portal/tin-tuc/2026/cau.vi.md", article(1, body="Khác."))
    done = net.congtin("build", *(["--full"] if full else []))
    assert done.returncode == 0, done.stderr
    if full:
        assert net.files() == pages
    else:
        assert "Khác." in net.text("ha.gov.vn/tin-tuc/2026/cau")


def own_theme(net: TinyNetwork, templates: str = "*/*.html") -> None:
    """Give a network a theme of its own, in which some templates are not those that come with the engine."""
    (net.root / "themes").unlink()
    shutil.copytree(REPOSITORY / "themes", net.root / "themes")
    for file in (net.root / "themes").rglob(templates):
        file.write_text(f"{file.read_text('utf-8')}{{# Khác #}}", "utf-8")


def test_the_theme_that_comes_with_the_engine_is_compiled_when_it_is_set_up(tiny):
    """A new network compiles nothing, wherever it lies; of a theme that was changed only what was changed."""
    net = tiny(TEXT)
    net.build()
    compiled = net.root / ".congtin/templates"
    assert not list(compiled.iterdir())
    pages = net.files()
    own_theme(net, "article.html")
    assert net.build().rendered
    assert len(list(compiled.iterdir())) == 1
    assert net.files() == pages


_WITHOUT_SHIPPED = """
import sys
from pathlib import Path
from congtin.build import compiled_templates
from network import TinyNetwork
compiled_templates.SHIPPED = Path("nothing")
TinyNetwork(Path(sys.argv[1])).build()
"""


def test_setup_compiles_what_a_build_compiles(tiny, tmp_path):
    """It knows neither an Edition's filters nor its words; the code is the same, and so are the pages."""
    shipped = {file.name: file for file in SHIPPED.iterdir()}
    first, second = tiny(TEXT), TinyNetwork.create(tmp_path / "second", TEXT)
    first.build()
    # A process of its own: no fork server that has read the shipped ones serves it.
    code, tests = _WITHOUT_SHIPPED, Path(__file__).parent
    subprocess.run([sys.executable, "-c", code, second.root], check=True, env={**os.environ, "PYTHONPATH": str(tests)})
    assert first.files() == second.files()
    compiled = list((second.root / ".congtin/templates").iterdir())
    assert len(compiled) > 15
    for file in compiled:
        assert instructions(code_in(file)) == instructions(code_in(shipped[file.name]))


def code_in(file: Path) -> CodeType:
    """Return a template's code as Jinja keeps it: behind a mark and the digest of the source."""
    with file.open("rb") as stream:
        stream.read(len(bc_magic))
        pickle.load(stream)  # noqa: S301 (what the test itself has had made)
        code = marshal.load(stream)  # noqa: S302 (as above)
    assert isinstance(code, CodeType)
    return code


def instructions(code: CodeType) -> tuple[object, ...]:
    """Return what code does, wherever its source lay."""
    inner = tuple(instructions(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, inner
