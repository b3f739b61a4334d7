"""Why an output was made again in the last build, or why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from congtin.build.keys import PARTS
from congtin.build.manifest import FULL, LOST, NEW, Manifest, edition_of, manifests_of, names_in
from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest
from congtin.errors import did_you_mean
from congtin.messages import Msg, msg

_REASONS = {
    NEW: msg("{name} was rendered: it is new."),
    LOST: msg("{name} was rendered: the file had gone."),
    FULL: msg("{name} was rendered: the build was to ignore what was there."),
}
_PARTS = {
    "kind": msg("what kind of page stands at its address"),
    "template": msg("a template it is made with"),
    "site": msg("the Site, its menu, or the words of the interface"),
    "item": msg("the Item: its text, its place, its files or its state"),
    "beside": msg("an Item it names: the one before or after it, or a related one"),
    "links": msg("where its links lead"),
    "others": msg("what it leads to: other lists, how many Items they have, other Sites"),
    "list": msg("the list: its name, its other pages, its filters"),
    "cards": msg("an Item it shows"),
    "file": msg("the file beside the Item"),
}


def explain(request: BuildRequest, report: BuildReport, output: str) -> Msg:
    """Return why ``output`` is as it is after the build that ``report`` tells of.

    ``output`` is a path below the output folder, with or without that folder, or a folder that has an index.html.
    """
    name = _name(request.output, output)
    for file in manifests_of(request.state).values():
        if name in names_in(file):
            break
    else:
        known = [name for file in manifests_of(request.state).values() for name in names_in(file)]
        near = did_you_mean(name, [other for other in known if other.partition("/")[0] == name.partition("/")[0]])
        return msg("No Edition writes {name}. {hint}", name=name, hint=near or "")
    edition = str(edition_of(file.stem))
    if edition not in report.built:
        return msg(
            "{name} was kept: nothing that {edition} shows has changed, so no page of it was looked at.",
            name=name,
            edition=edition,
        )
    return _page(name, Manifest.read(file))


def _page(name: str, manifest: Manifest) -> Msg:
    reason, key = manifest.reasons.get(name), manifest.keys.get(name)
    if reason is None and key is None:
        return msg("{name} is made in every build of its Edition; equal bytes are not written again.", name=name)
    if reason is None:
        return msg("{name} was kept: nothing it shows has changed.", name=name)
    if reason in _REASONS:
        return replace(_REASONS[reason], values={"name": name})
    names = PARTS[(key or "")[:1]]
    changed = [_PARTS[names[int(number)]] for number in reason.split(",")]
    return msg("{name} was rendered: {parts} changed.", name=name, parts="; ".join(map(str, changed)))


def _name(output: Path, given: str) -> str:
    path = Path(given)
    if path.is_absolute() or (output.parent / path).is_relative_to(output):
        path = (output.parent / path).relative_to(output) if (output.parent / path).is_relative_to(output) else path
    return f"{path.as_posix()}/index.html" if (output / path).is_dir() else path.as_posix()
