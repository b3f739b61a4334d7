"""`--home`: the folder of the machine that publishes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from congtin.messages import translate
from congtin.release.home import Home

F = TypeVar("F", bound=Callable[..., Any])


def home_option(command: F) -> F:
    """Give a command the parameter ``home``."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        callback=lambda _ctx, _param, value: Home.at(value),
        envvar="CONGTIN_HOME",
        default=Path(),
        show_default="CONGTIN_HOME, else the folder you are in",
        help=translate("The folder of the machine that publishes, with its publisher.yaml."),
    )(command)
