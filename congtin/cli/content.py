"""`congtin new` and `congtin translation`: write Sources without knowing their form by heart."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from congtin.catalogue.new import confirm_translation, new_item, new_translation
from congtin.cli.context import Context
from congtin.cli.new_kind import NewGroup
from congtin.cli.show import wide_console
from congtin.messages import msg, translate, translate_count
from congtin.model import ItemKind
from congtin.network.load import load_network


@click.group(
    "new", cls=NewGroup, help=translate("Write a new article, page, document or translation at the right place.")
)
def new_group() -> None:
    """Hold one command for each kind."""


def _written(context: Context, path: Path) -> None:
    click.echo(str(msg("Written: {path}", path=path.relative_to(context.root))))


_SECTION = click.option("--section", help=translate("The section; may be left out where only one fits."))
_TITLE = click.option("--title", prompt=translate("Title"), help=translate("The title."))
_TAG = click.option(
    "--tag", "tags", multiple=True, help=translate("A tag of the vocabulary; may be given several times.")
)


@new_group.command("article", help=translate("Write a new article."))
@click.argument("site")
@_SECTION
@_TITLE
@click.option("--summary", prompt=translate("Summary"), help=translate("One to three sentences."))
@_TAG
@click.pass_obj
def article_command(
    context: Context, site: str, section: str | None, title: str, summary: str, tags: tuple[str, ...]
) -> None:
    """Write an article."""
    fields: dict[str, object] = {"title": title, "summary": summary}
    if tags:
        fields["tags"] = list(tags)
    _written(context, new_item(load_network(context.root), site, section, ItemKind.ARTICLE, fields, context.now))


@new_group.command("page", help=translate("Write a new fixed page."))
@click.argument("site")
@_SECTION
@_TITLE
@click.pass_obj
def page_command(context: Context, site: str, section: str | None, title: str) -> None:
    """Write a page."""
    _written(context, new_item(load_network(context.root), site, section, ItemKind.PAGE, {"title": title}, context.now))


@new_group.command("document", help=translate("Write a new document (văn bản)."))
@click.argument("site")
@_SECTION
@_TITLE
@click.option("--number", prompt=translate("Number and symbol"), help=translate("As stamped: 15/2026/QĐ-UBND."))
@click.option(
    "--type", "type_", prompt=translate("Type (id of the vocabulary)"), help=translate("quyet-dinh, ke-hoach …")
)
@click.option("--issuer", prompt=translate("Issuing authority"), help=translate("Who issued it."))
@click.option("--issued", prompt=translate("Date issued (yyyy-mm-dd)"), help=translate("When it was issued."))
@click.option("--abstract", prompt=translate("Abstract"), help=translate("What it is about (trích yếu)."))
@click.option("--field", prompt=translate("Field (id of the vocabulary)"), help=translate("giao-duc, y-te …"))
@click.pass_obj
def document_command(
    context: Context,
    site: str,
    section: str | None,
    title: str,
    number: str,
    type_: str,
    issuer: str,
    issued: str,
    abstract: str,
    field: str,
) -> None:
    """Write a document."""
    fields: dict[str, object] = {
        "title": title,
        "number": number,
        "type": type_,
        "issuer": issuer,
        "issued": issued,
        "abstract": abstract,
        "field": field,
    }
    _written(context, new_item(load_network(context.root), site, section, ItemKind.DOCUMENT, fields, context.now))


@new_group.command(
    "translation", help=translate("Begin a translation of an Item, with the original's text to write over.")
)
@click.argument("path")
@click.option("--lang", required=True, help=translate("The language, as in en."))
@click.pass_obj
def translation_command(context: Context, path: str, lang: str) -> None:
    """Write a translation's file."""
    repository = context.repository()
    _written(context, new_translation(repository.network, repository.catalogue, path, lang))


@click.group("translation", help=translate("See and confirm translations."))
def translation_group() -> None:
    """Hold the commands on translations."""


@translation_group.command("list", help=translate("List translations and whether the original has changed since."))
@click.option("--stale", is_flag=True, help=translate("Only those older than their original."))
@click.pass_obj
def list_command(context: Context, stale: bool) -> None:
    """Print one line for each translation."""
    table = Table(translate("Translation"), translate("State"))
    old = 0
    for item in context.repository().catalogue.items.values():
        for source in item.translations.values():
            is_stale = item.is_stale(source)
            old += is_stale
            if is_stale or not stale:
                state = translate("older than the original") if is_stale else translate("up to date")
                table.add_row(source.path, state)
    wide_console().print(table)
    click.echo(translate_count("{count} translation is out of date.", "{count} translations are out of date.", old))


@translation_group.command("confirm", help=translate("Say that a translation matches its original as it is now."))
@click.argument("paths", nargs=-1, required=True)
@click.pass_obj
def confirm_command(context: Context, paths: tuple[str, ...]) -> None:
    """Write the original's revision into each translation."""
    catalogue = context.repository().catalogue
    for path in paths:
        confirm_translation(context.root, catalogue, path)
        click.echo(str(msg("Confirmed: {path}", path=path)))
