"""Click's own words in the person's language: its help and its errors come from our catalogue too."""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from congtin.messages import msg, translate

# Babel collects these here; click asks for them by the same ids.
WORDS = (
    msg("Usage:"),
    msg("Options"),
    msg("Commands"),
    msg("Show this message and exit."),
    msg("Show the version and exit."),
    msg("Try '{command} {option}' for help."),
    msg("Error: {message}"),
    msg("Aborted!"),
    msg("default: {default}"),
    msg("Missing command."),
    msg("Missing argument"),
    msg("Missing option"),
    msg("No such command {name!r}."),
    msg("No such option {name!r}."),
    msg("Option {name!r} does not take a value."),
    msg("Invalid value: {message}"),
    msg("Invalid value for {param_hint}: {message}"),
    msg("{value!r} is not a valid {number_type}."),
    msg("{value} is not in the range {range}."),
    msg("{name} {filename!r} does not exist."),
    msg("{name} {filename!r} is a directory."),
    msg("{name} {filename!r} is a file."),
    msg("{name} {filename!r} is not readable."),
    msg("file"),
    msg("directory"),
    msg("path"),
    msg("Did you mean {possibility}?"),
    msg("(Did you mean one of: {possibilities}?)"),
    msg("Got unexpected extra argument ({args})"),
    msg("Got unexpected extra arguments ({args})"),
    msg("Option {name!r} requires an argument."),
    msg("{value!r} is not {choice}."),
    msg("{value!r} is not one of {choices}."),
)
_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)


def speak() -> None:
    """Let click look its words up in our catalogue; call this before any command is defined."""
    for module in _MODULES:
        module.__dict__["_"] = translate
        if "ngettext" in module.__dict__:
            module.__dict__["ngettext"] = _counted


def _counted(one: str, many: str, count: int) -> str:
    return translate(one if count == 1 else many)
