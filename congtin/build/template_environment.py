"""Jinja as an Edition needs it: tens of thousands of pages of the same few templates, which never change meanwhile."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from jinja2 import Environment, Template
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup, escape
from markupsafe._speedups import _escape_inner


def escaped(value: Any) -> str:
    """Return what a template shows of a value, escaped unless it is markup.

    It does what `markupsafe.escape` does, which wraps each piece as Markup besides: a hundred times a page, for pieces
    that are joined and forgotten.
    """
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    return value if kind is Markup else escape(value)


class _Generator(CodeGenerator):
    """Writes `escaped` where templates show a value."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class EditionEnvironment(Environment):
    """Jinja for one Edition: globals are complete before the first template is loaded, and no template changes."""

    code_generator_class = _Generator
    escaped = staticmethod(escaped)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.ready: dict[str, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja's name)
    ) -> Template:
        """Return a template; Jinja's own cache takes a lock, four times for every page."""
        if isinstance(name, Template) or globals:
            return super().get_template(name, parent, globals)
        if name not in self.ready:
            self.ready[name] = super().get_template(name, parent)
        return self.ready[name]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return a plain dict: Jinja's chain of dicts is copied key by key for every page."""
        return {**self.globals, **(d or {})}
