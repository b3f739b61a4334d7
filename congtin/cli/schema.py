"""`congtin schema`: JSON Schema of front matter and `sites/`, for editors' tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from congtin.catalogue.front_matter import MODELS, Translation
from congtin.cli.files import require_folder_place
from congtin.messages import msg, translate
from congtin.network.alerts import PortalAlert, SiteAlert
from congtin.network.options import Pick, PortalOptions, SiteOptions, Vocabulary
from congtin.release.settings import Settings
from congtin.validation import StrictModel

SCHEMAS: dict[str, type[StrictModel]] = {
    **{kind.value: model for kind, model in MODELS.items()},
    "translation": Translation,
    "site": SiteOptions,
    "portal": PortalOptions,
    "pick": Pick,
    "alert": SiteAlert,
    "portal-alert": PortalAlert,
    "vocabulary": Vocabulary,
    "publisher": Settings,
}


def schema_text(name: str) -> str:
    """Return the JSON Schema of one kind."""
    schema = SCHEMAS[name].model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@click.command("schema", help=translate("Print the JSON Schema of a kind, or write all of them into a folder."))
@click.argument("name", type=click.Choice(sorted(SCHEMAS)), required=False)
@click.option("--output", type=click.Path(path_type=Path), help=translate("The folder."))
def schema_command(name: str | None, output: Path | None) -> None:
    """Print or write schemas."""
    if output:
        require_folder_place(output.resolve())
        output.mkdir(parents=True, exist_ok=True)
        for each in sorted(SCHEMAS):
            (output / f"{each}.schema.json").write_text(schema_text(each), "utf-8")
            click.echo(str(msg("Written: {path}", path=output / f"{each}.schema.json")))
    else:
        click.echo(schema_text(name or "article"), nl=False)
