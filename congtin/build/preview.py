"""Previews never share a folder with what is meant for citizens, nor what is remembered of it."""

from __future__ import annotations

from congtin.build.manifest import manifests_of
from congtin.build.request import BuildRequest
from congtin.errors import UsageError
from congtin.messages import msg
from congtin.model import Profile

_MARK = "only-previews"


def keep_apart(request: BuildRequest) -> None:
    """Raise UsageError where a preview would go over a build, or a build over a preview; nothing is touched then."""
    mark = request.state / _MARK
    preview = request.profile is Profile.PREVIEW
    if mark.exists() and not preview:
        raise UsageError(
            msg("{folder} holds a preview that nobody has approved.", folder=request.output),
            msg("Build into another folder, or remove this one first."),
        )
    if preview and not mark.exists():
        if manifests_of(request.state):
            raise UsageError(
                msg("{folder} holds a build that is no preview.", folder=request.output),
                msg("Name a folder of its own for the preview."),
            )
        mark.touch()
