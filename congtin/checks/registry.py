"""The list of checks: a function joins it with ``@check``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from congtin.catalogue.source import Catalogue
from congtin.crosspost.placements import Placements
from congtin.errors import Problem
from congtin.model import Profile
from congtin.network.network import Network
from congtin.rules.document_numbers import DocumentNumbers


@dataclass(frozen=True)
class Repository:
    """All that a check may look at."""

    network: Network
    catalogue: Catalogue
    placements: Placements
    numbers: DocumentNumbers
    now: datetime
    profile: Profile


Check = Callable[[Repository], Iterator[Problem]]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under ``name``."""

    def register(function: Check) -> Check:
        if name in CHECKS:
            raise ValueError(name)
        CHECKS[name] = function
        return function

    return register
