"""`congtin publisher`: the machine that publishes, as a service."""

from __future__ import annotations

import getpass
from pathlib import Path

import click
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.files import require_folder_place
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console, show_error, show_problems
from congtin.errors import CongtinError, ProblemsFound
from congtin.messages import msg, translate
from congtin.release import queue
from congtin.release.home import Home
from congtin.release.installing import install_hook, make_home, units
from congtin.release.publish import Published
from congtin.release.service import Service


@click.group("publisher", help=translate("The machine that publishes, as a service."))
def publisher_group() -> None:
    """Group the commands of the service."""


@publisher_group.command("init", help=translate("Make the folder of a publisher beside a content repository."))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--content",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help=translate("The content repository."),
)
@click.option(
    "--profile",
    type=click.Choice(["release", "work"]),
    default="release",
    show_default=True,
    help=translate("“work” publishes demonstration data, marked so: for trials, never for citizens."),
)
def init_command(folder: Path, content: Path, profile: str) -> None:
    """Make everything, or nothing."""
    home = make_home(folder, content, profile)
    make_console().print(Text(str(msg("The publisher is {path}.", path=home.folder))), soft_wrap=True)


@publisher_group.command("hook", help=translate("Have every push that was taken ask for a publication."))
@home_option
def hook_command(home: Home) -> None:
    """Install it."""
    make_console().print(Text(str(msg("Installed: {path}", path=install_hook(home)))), soft_wrap=True)


@publisher_group.command("request", help=translate("Ask for a publication: called by hooks and webhooks."))
@click.option("--why", default="request", show_default=True, help=translate("What the status shows."))
@home_option
@click.pass_obj
def request_command(context: Context, why: str, home: Home) -> None:
    """Leave a request; it is safe on the disk when this returns."""
    queue.ask(home, why, context.now)


@publisher_group.command("run", help=translate("Publish whatever is due, until somebody stops it."))
@home_option
def run_command(home: Home) -> None:
    """Run as a service does."""
    console = make_console()

    def published(made: Published) -> None:
        said = msg("Release {number} is live.", number=made.release.number)
        console.print(Text(str(said)), soft_wrap=True)

    def refused(error: CongtinError) -> None:
        if isinstance(error, ProblemsFound):
            show_problems(console, error.errors)
        show_error(console, error)

    service = Service(home, published, refused)
    service.stop_on_signals()
    service.run()


@publisher_group.command("units", help=translate("Write the units of systemd that run the service."))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--user", default=getpass.getuser, help=translate("Who runs it."))
@home_option
def units_command(folder: Path, user: str, home: Home) -> None:
    """Write them; installing is the operator's."""
    require_folder_place(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in units(home, user).items():
        (folder / name).write_text(text, "utf-8")
        make_console().print(Text(str(folder / name)), soft_wrap=True)
