"""`--home`: the folder of the machine that publishes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from congtin.messages import translate
from congtin.release.home import Home

_UMASK = 0o022
F = TypeVar("F", bound=Callable[..., Any])


def _opened(folder: Path) -> Home:
    os.umask(_UMASK)
    return Home.at(folder)


def home_option(command: F) -> F:
    """Give a command the parameter ``home``.

    Whatever the person's own umask, web servers can read what these commands make; private folders say so themselves.
    """
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        callback=lambda _ctx, _param, value: _opened(value),
        envvar="CONGTIN_HOME",
        default=Path(),
        show_default="CONGTIN_HOME, else the folder you are in",
        help=translate("The folder of the machine that publishes, with its publisher.yaml."),
    )(command)
