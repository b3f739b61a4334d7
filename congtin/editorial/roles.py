"""Who of those who spoke may decide about a Need, and how."""

from __future__ import annotations

from congtin.editorial.required import TECHNICAL, Need
from congtin.editorial.standing import Appended, Standing


def roles_for(standing: Standing, need: Need, found: Appended, person: str) -> frozenset[str]:
    """Return the roles in which a person counts for a Need, then and now; none when not at all."""
    if need.body == TECHNICAL:
        counts = standing.is_technical_reviewer(found, person) and not standing.is_operator(found, person)
        return frozenset({TECHNICAL}) if counts else frozenset()
    return standing.roles(found, person, need.body, need.paths) & need.roles
