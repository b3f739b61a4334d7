"""From settings to the adapter of that forge."""

from __future__ import annotations

from congtin.editorial.forges.client import Patience
from congtin.editorial.forges.gitea import Gitea
from congtin.editorial.forges.github import GitHub
from congtin.editorial.forges.gitlab import GitLab
from congtin.editorial.forges.models import Forge, ForgeKind
from congtin.editorial.forges.settings import ForgeSettings


def connect(settings: ForgeSettings, token: str, patience: Patience | None = None) -> Forge:
    """Return the adapter for a repository; nothing is asked yet."""
    address, repository = settings.address, settings.repository
    if settings.kind is ForgeKind.GITHUB:
        return GitHub(address, repository, token, patience)
    if settings.kind is ForgeKind.GITLAB:
        return GitLab(address, repository, token, patience)
    return Gitea(address, repository, token, patience, settings.kind)
