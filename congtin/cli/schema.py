"""`congtin schema`: JSON Schema of front matter and `sites/`, for editors' tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from congtin.catalogue.kind_models import source_models
from congtin.cli.context import Context
from congtin.cli.files import require_folder_place
from congtin.errors import UsageError, did_you_mean
from congtin.kinds.declaration import KindOptions
from congtin.kinds.kinds import NO_KINDS
from congtin.kinds.load import load_kinds
from congtin.messages import msg, translate
from congtin.network.alerts import PortalAlert, SiteAlert
from congtin.network.options import Pick, PortalOptions, SiteOptions, Vocabulary
from congtin.release.settings import Settings
from congtin.validation import StrictModel

_FIXED: dict[str, type[StrictModel]] = {
    "kind": KindOptions,
    "site": SiteOptions,
    "portal": PortalOptions,
    "pick": Pick,
    "alert": SiteAlert,
    "portal-alert": PortalAlert,
    "vocabulary": Vocabulary,
    "publisher": Settings,
}


def schema_models(root: Path | None) -> dict[str, type[StrictModel]]:
    """Return what has a schema, by name: the kinds of the repository at ``root``, and what is the same everywhere."""
    models = source_models(load_kinds(root)[0] if root else NO_KINDS)
    return {**models.originals, "translation": models.translation, **_FIXED}


def schema_text(model: type[StrictModel]) -> str:
    """Return the JSON Schema of one kind."""
    schema = model.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@click.command("schema", help=translate("Print the JSON Schema of a kind, or write all of them into a folder."))
@click.argument("name", required=False)
@click.option("--output", type=click.Path(path_type=Path), help=translate("The folder."))
@click.pass_obj
def schema_command(context: Context, name: str | None, output: Path | None) -> None:
    """Print or write schemas."""
    models = schema_models(_root(context))
    if name is not None and name not in models:
        words = msg("Known are: {words}.", words=", ".join(sorted(models)))
        raise UsageError(msg("There is no schema “{name}”.", name=name), did_you_mean(name, models) or words)
    if output:
        require_folder_place(output.resolve())
        output.mkdir(parents=True, exist_ok=True)
        for each in sorted(models):
            (output / f"{each}.schema.json").write_text(schema_text(models[each]), "utf-8")
            click.echo(str(msg("Written: {path}", path=output / f"{each}.schema.json")))
    else:
        click.echo(schema_text(models[name or "article"]), nl=False)


def _root(context: Context) -> Path | None:
    """Return the repository the command is called in; schemas are given outside of one too."""
    try:
        return context.root
    except UsageError:
        return None
