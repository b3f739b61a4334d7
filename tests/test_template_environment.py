"""What an Edition's templates show is what Jinja's own environment shows: nothing gets past the escaping."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markupsafe import Markup, escape

from congtin.build.template_environment import EditionEnvironment, escaped

_TEMPLATES = DictLoader(
    {
        "page": '{% import "parts" as p %}<p title="{{ value }}">{{ value }}</p>{{ p.cell(value) }}{{ value|upper }}'
        '{% set kept %}{{ value }}{% endset %}{{ kept }}{{ value ~ "<" }}{{ missing }}{{ [value]|join(", ") }}',
        "parts": '{% macro cell(value) %}<td>{{ value }}{{ "<b>"|safe }}</td>{% endmacro %}',
        "open": "{% autoescape off %}{{ value }}{% endautoescape %}{{ value }}",
    }
)


class _Text(str):
    """Text of a class of its own, as some libraries return it."""

    __slots__ = ()


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
    ours, plain = EditionEnvironment(**options), Environment(**options)  # noqa: S701 (it is on)
    for name in ("page", "open"):
        assert ours.get_template(name).render(value=value) == plain.get_template(name).render(value=value)


def test_nothing_that_ends_an_element_or_an_attribute_gets_through() -> None:
    page = EditionEnvironment(loader=_TEMPLATES, autoescape=True).get_template("page")
    made = page.render(value="\"><script>alert('x')</script>&")
    assert "<script" not in made
    assert '"><' not in made.replace('"></', "")
