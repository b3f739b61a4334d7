"""Jinja as an Edition needs it: tens of thousands of pages of the same few templates, which never change meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, MutableMapping
from typing import Any

from jinja2 import Environment, Template
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
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


class _Context(Context):
    """Calls what templates call most without asking it each time whether it wants to know the context."""

    environment: EditionEnvironment

    @internalcode
    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return what a macro or another callable returns."""
        kind = type(called)
        if kind is not Macro and kind not in self.environment.plain:
            return super().call(called, *args, **kwargs)
        # Jinja passes the variables of a block and of a loop to every call there.
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **kwargs) if kind is Macro else called(*args, **kwargs)


class EditionEnvironment(Environment):
    """Jinja for one Edition: globals are complete before the first template is loaded, and no template changes.

    Objects of the ``plain`` classes are called with what the template gives and nothing else.
    """

    code_generator_class = _Generator
    context_class = _Context
    escaped = staticmethod(escaped)

    def __init__(self, plain: Collection[type] = (), **options: Any) -> None:
        super().__init__(**options)
        self.plain = frozenset(plain)
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
