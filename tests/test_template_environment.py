"""What an Edition's templates show is what Jinja's own environment shows: nothing gets past the escaping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from network import article

from congtin.build.template_environment import EditionEnvironment, escaped

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
    net = tiny("-- content/ha/portal/tin-tuc/2026/cau.vi.md --\n" + article(1))
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
