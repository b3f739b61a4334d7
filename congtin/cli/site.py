"""`congtin site`: what the Sites are."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click
from rich.table import Table

from congtin.cli.context import Context
from congtin.cli.show import make_console, show_problems, wide_console
from congtin.crosspost.picks import write_pick, write_refusal
from congtin.errors import Problem, Severity, UsageError, did_you_mean
from congtin.messages import msg, translate, translate_count
from congtin.model import SiteKind
from congtin.network.add import NewSite, add_site
from congtin.network.coverage import FactCoverage, coverage, unsourced
from congtin.network.load import load_network
from congtin.network.network import Network, Site
from congtin.network.options import Mode

_KINDS = click.Choice([kind.value for kind in SiteKind])
_VIEWS = click.Choice(["table", "json"])
_MODES = click.Choice(["copy", "link"])
_FORMS = click.Choice(["table", "json", "csv"])


@click.group("site", help=translate("List, show, check and add Sites."))
def site_group() -> None:
    """Hold the commands on Sites."""


def _site(network: Network, name: str) -> Site:
    if name not in network.sites:
        raise UsageError(msg("There is no Site “{site}”.", site=name), did_you_mean(name, network.sites))
    return network.sites[name]


def _require_portal(network: Network, portal: str | None) -> None:
    if portal and portal not in network.portals:
        raise UsageError(msg("There is no Portal “{portal}”.", portal=portal), did_you_mean(portal, network.portals))


@site_group.command("list", help=translate("List the Sites with their hosts and languages."))
@click.option("--portal", help=translate("Only this Portal."))
@click.option("--kind", type=_KINDS, help=translate("Only this kind."))
@click.option("--format", "form", type=_FORMS, default="table", help=translate("How to show it."))
@click.pass_obj
def list_command(context: Context, portal: str | None, kind: str | None, form: str) -> None:
    """Print one line for each Site."""
    network = load_network(context.root)
    _require_portal(network, portal)
    sites = [
        site
        for site in network.sites.values()
        if (not portal or site.portal_id == portal) and (not kind or site.kind.value == kind)
    ]
    rows = [
        {"id": s.id, "kind": s.kind.value, "name": s.name, "host": s.host, "languages": " ".join(s.options.languages)}
        for s in sites
    ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        titles = (translate("Site"), translate("Kind"), translate("Name"), translate("Host"), translate("Languages"))
        table = Table(*titles)
        for row in rows:
            table.add_row(*row.values())
        wide_console().print(table)
        editions = sum(len(site.editions) for site in sites)
        click.echo(translate_count("{count} Site", "{count} Sites", len(sites)), nl=False)
        click.echo(", " + translate_count("{count} Edition", "{count} Editions", editions))


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["id", "kind", "name", "host", "languages"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@site_group.command("show", help=translate("Show everything known of one Site."))
@click.argument("site")
@click.option("--format", "form", type=_VIEWS, default="table", help=translate("How to show it."))
@click.pass_obj
def show_command(context: Context, site: str, form: str) -> None:
    """Print the fields after the cascade."""
    found = _site(load_network(context.root), site)
    data = found.options.model_dump(mode="json", by_alias=True)
    data["host"] = found.host
    data["editions"] = [{"lang": e.lang, "url": e.base_url} for e in found.editions]
    if form == "json":
        click.echo(json.dumps({"id": found.id, "file": found.file, **data}, ensure_ascii=False, indent=1))
        return
    table = Table(translate("Field"), translate("Value"), title=f"{found.id} ({found.file})")
    for field, value in data.items():
        table.add_row(field, _shown(value))
    wide_console().print(table)


def _shown(value: object) -> str:
    if value in (None, "", [], {}):
        return translate("no data yet")
    if isinstance(value, dict) and all(v in (None, "", [], {}) for v in value.values()):
        return translate("no data yet")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@site_group.command("check", help=translate("Check the files below sites/: form, hosts, sources of facts."))
@click.pass_obj
def check_command(context: Context) -> None:
    """Load everything; errors are shown by the command itself."""
    network = load_network(context.root)
    problems = [
        Problem(
            "no-source",
            msg("These facts name no source: {fields}.", fields=", ".join(fields)),
            site.file,
            hint=msg("Say in “sources” where each stands, or list it in “unverified”."),
            severity=Severity.WARNING,
        )
        for site in network.sites.values()
        if (fields := unsourced(site))
    ]
    show_problems(make_console(), problems)
    click.echo(translate_count("{count} Site", "{count} Sites", len(network.sites)) + ": " + translate("in order."))


@site_group.command("coverage", help=translate("Count what is known of the Sites and what is not."))
@click.option("--portal", help=translate("Only this Portal."))
@click.option("--format", "form", type=_VIEWS, default="table", help=translate("How to show it."))
@click.pass_obj
def coverage_command(context: Context, portal: str | None, form: str) -> None:
    """Print one line for each fact."""
    network = load_network(context.root)
    _require_portal(network, portal)
    counts = coverage(network.sites_of(portal) if portal else network.sites.values())
    if form == "json":
        click.echo(json.dumps([{f: getattr(c, f) for f in c.__slots__} for c in counts], ensure_ascii=False, indent=1))
        return
    titles = (translate("Field"), translate("Asked by"), translate("Known"), translate("Not known"))
    table = Table(*titles, translate("Unverified"))
    for count in counts:
        style = "red" if count.required and count.known < count.total else ""
        numbers = (str(count.known), str(count.total - count.known), str(count.unverified))
        table.add_row(count.field, count.rows, *numbers, style=style)
    wide_console().print(table)
    _print_missing(network, counts)


def _print_missing(network: Network, counts: list[FactCoverage]) -> None:
    """Print each Site that cannot be released, or only by an exception."""
    lacking: dict[str, list[str]] = {}
    for count in counts:
        for name in count.missing:
            lacking.setdefault(name, []).append(count.field)
    if not lacking:
        return
    table = Table(translate("Site"), translate("Not known"), translate("Exception"))
    for name, fields in lacking.items():
        exception = network.sites[name].options.emc_exception
        words = (
            msg("until {day}: {reason}", day=exception.until.isoformat(), reason=exception.reason) if exception else ""
        )
        table.add_row(name, ", ".join(fields), str(words), style="red")
    wide_console().print(table)


@site_group.command("add", help=translate("Write the file of a new Site."))
@click.argument("portal")
@click.argument("name")
@click.option("--kind", type=_KINDS, required=True, help=translate("The kind of Site."))
@click.option("--label", help=translate("Host label; default: the name without diacritics."))
@click.option("--code", help=translate("Statistical code of the unit."))
@click.pass_obj
def add_command(context: Context, portal: str, name: str, kind: str, label: str | None, code: str | None) -> None:
    """Write the YAML and say where."""
    path = add_site(context.root, NewSite(portal, name, SiteKind(kind), label, code))
    click.echo(str(msg("Written: {path}", path=path.relative_to(context.root))))


@site_group.command("pick", help=translate("Accept an Item that another Site offers, as it is now."))
@click.argument("site")
@click.argument("item")
@click.option("--into", help=translate("The section the copy goes into; kept when the Item was picked before."))
@click.option(
    "--mode",
    type=_MODES,
    help=translate("copy: a page of its own. link: a teaser that leads to the origin. Kept when it was picked before."),
)
@click.pass_obj
def pick_command(context: Context, site: str, item: str, into: str | None, mode: Mode | None) -> None:
    """Write the pick file and say where."""
    repository = context.repository()
    path = write_pick(repository.network, repository.catalogue, _site(repository.network, site), item, into, mode)
    click.echo(str(msg("Written: {path}", path=Path(path).relative_to(context.root))))


@site_group.command("waiting", help=translate("List the Items offered to a Site that its Board has not answered."))
@click.argument("site")
@click.option("--format", "form", type=_VIEWS, default="table", help=translate("How to show it."))
@click.pass_obj
def waiting_command(context: Context, site: str, form: str) -> None:
    """Print one line for each offer, the oldest first."""
    repository = context.repository()
    wanted = _site(repository.network, site).id
    items = [repository.catalogue.items[w.item] for w in repository.placements.waiting if w.target == wanted]
    rows = [
        {"id": i.id, "title": i.facts.title, "from": i.site, "since": i.facts.date.isoformat()}
        for i in sorted(items, key=lambda i: (i.facts.date, i.id))
    ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(translate("Item"), translate("Title"), translate("From"), translate("Since"))
    for row in rows:
        table.add_row(*row.values())
    wide_console().print(table)
    click.echo(translate_count("{count} Item waits.", "{count} Items wait.", len(rows)))
    if rows:
        click.echo(str(msg("Accept one with: congtin site pick {site} <id>", site=wanted)))


@site_group.command("refuse", help=translate("Say that a Site's Board does not take an Item, and why."))
@click.argument("site")
@click.argument("item")
@click.option("--reason", required=True, help=translate("Shown to those who offered it."))
@click.pass_obj
def refuse_command(context: Context, site: str, item: str, reason: str) -> None:
    """Write the refusal and say where."""
    repository = context.repository()
    path = write_refusal(repository.network, repository.catalogue, _site(repository.network, site), item, reason)
    click.echo(str(msg("Written: {path}", path=path.relative_to(context.root))))
