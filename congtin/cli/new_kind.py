"""`congtin new <kind>`: one command for each kind that a folder of the theme declares, made of its declaration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import click

from congtin import strict_yaml
from congtin.catalogue.new import new_item
from congtin.cli.context import Context
from congtin.errors import UsageError
from congtin.kinds.declaration import FieldOptions, FieldType
from congtin.kinds.kinds import Kind
from congtin.kinds.load import load_kinds
from congtin.messages import msg, translate, user_language
from congtin.network.load import load_network
from congtin.network.network import local

_TEXTS = frozenset(
    {FieldType.LINE, FieldType.TEXT, FieldType.DAY, FieldType.MOMENT, FieldType.URL, FieldType.EMAIL, FieldType.FILE}
    | {FieldType.ITEM, FieldType.CHOICE}
)


class NewGroup(click.Group):
    """`congtin new`: the engine's own kinds, and those of the repository the command is called in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *self._kinds(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        own = super().get_command(ctx, cmd_name)
        kind = None if own else self._kinds(ctx).get(cmd_name)
        return kind_command(kind) if kind else own

    def _kinds(self, ctx: click.Context) -> dict[str, Kind]:
        if not isinstance(ctx.obj, Context):
            return {}
        try:
            root = ctx.obj.root
        except UsageError:
            # Help is given outside a repository too.
            return {}
        return dict(load_kinds(root)[0].declared)


def kind_command(kind: Kind) -> click.Command:
    """Return the command that writes an Item of a kind."""
    parameters: list[click.Parameter] = [
        click.Argument(["site"]),
        click.Option(["--section"], help=translate("The section; may be left out where only one fits.")),
        click.Option(["--title"], prompt=translate("Title"), help=translate("The title.")),
    ]
    if kind.options.summary == "required":
        summary = click.Option(["--summary"], prompt=translate("Summary"), help=translate("One to three sentences."))
    else:
        summary = click.Option(["--summary"], help=translate("One to three sentences."))
    parameters += [summary, *(_option(name, field) for name, field in kind.options.fields.items())]
    label, _ = local(kind.options.label, user_language())
    return click.Command(
        kind.name,
        params=parameters,
        callback=click.pass_obj(partial(_write, kind)),
        help=translate("Write a new Item of the kind “{kind}”.").format(kind=label),
    )


def _option(name: str, field: FieldOptions) -> click.Option:
    label, _ = local(field.label, user_language())
    flag = f"--{name.replace('_', '-')}"
    choices = click.Choice(list(field.choices)) if field.type is FieldType.CHOICE else None
    form = "" if field.type in _TEXTS else _FORMS.get(field.type, "")
    return click.Option(
        [flag, name],
        multiple=field.many,
        type=choices,
        required=field.required and field.many,
        prompt=label if field.required and not field.many else False,
        help=f"{label} {form}".strip(),
    )


_FORMS = {
    FieldType.PERIOD: "{from: 2026-10-05, to: 2026-10-09}",
    FieldType.GROUP: "{…}",
    FieldType.INTEGER: "12",
    FieldType.DECIMAL: "1.5",
}


def _write(kind: Kind, context: Context, /, site: str, section: str | None, title: str, **given: object) -> None:
    fields: dict[str, object] = {"title": title}
    if given.get("summary"):
        fields["summary"] = given["summary"]
    for name, field in kind.options.fields.items():
        value = given[name]
        read: Callable[[str], object] = str if field.type in _TEXTS else partial(_read, name)
        if isinstance(value, tuple) and value:
            fields[name] = [read(entry) for entry in value]
        elif isinstance(value, str) and value:
            fields[name] = read(value)
    path = new_item(load_network(context.root), site, section, kind.name, fields, context.now)
    click.echo(str(msg("Written: {path}", path=path.relative_to(context.root))))


def _read(name: str, text: str) -> object:
    """Return what a number, a period or a record says; raise UsageError when it cannot be read."""
    try:
        return strict_yaml.load(text)
    except strict_yaml.YamlProblem as error:
        hint = error.hint or msg("Write a record as {example}.", example="{name: …, other: …}")
        raise UsageError(msg("“{field}” cannot be read: {detail}", field=name, detail=error.message), hint) from error
