"""Write alert banners for people who do not know the form of their files (C18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import yaml
from pydantic import ValidationError

from congtin import strict_yaml
from congtin.errors import ProblemsFound, UsageError, did_you_mean
from congtin.languages import ascii_slug
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.network.alerts import FOLDER, Alert, PortalAlert, SiteAlert, alert_problems, reach_problems
from congtin.network.cascade import Data, File
from congtin.network.network import Network
from congtin.validation import problems_of

_MOST_NAME = 40


@dataclass(frozen=True)
class NewAlert:
    """What a person says of an alert; ``owner`` is a Portal or one Site."""

    owner: str
    level: str
    texts: dict[str, str]
    begins: datetime
    until: datetime
    link: str | None = None
    to: Sequence[str] = ()
    """Patterns of Sites; without them all Sites of the Portal."""
    name: str = ""


def add_alert(network: Network, new: NewAlert) -> Alert:
    """Write the file of an alert and return it.

    Raise UsageError when there is no such Portal or Site, or a file of that name; ProblemsFound when it is not sound.
    """
    require_owner(network, new.owner)
    of_site = "/" in new.owner
    if of_site and new.to:
        text = msg("An alert of one Site stands over that Site alone.")
        raise UsageError(text, msg("Name the Portal instead of the Site to reach several."))
    name = new.name or ascii_slug(new.texts.get("vi", ""))[:_MOST_NAME].strip("-")
    path = f"sites/{new.owner}/{FOLDER}/{name}.yaml"
    if (network.root / path).exists():
        raise UsageError(msg("{path} is there already.", path=path), msg("Give the alert another name with --name."))
    data: Data = {
        "level": new.level,
        "text": new.texts,
        **({"link": new.link} if new.link else {}),
        "from": _written(new.begins),
        "until": _written(new.until),
        **({} if of_site else {"to": [*(new.to or [f"{new.owner}/*"])]}),
    }
    alert = _checked(network, new.owner, File(path, _dumped(data), data))
    file = network.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_dumped(data), "utf-8")
    return alert


def end_alert(network: Network, owner: str, name: str, now: datetime) -> tuple[Alert, bool]:
    """Let an alert end now; return it, and whether its file is gone because it had not begun.

    Raise UsageError when there is no such alert, or it is over.
    """
    require_owner(network, owner)
    own = {alert.name: alert for alert in network.alerts if alert.owner == owner}
    if name not in own:
        raise UsageError(msg("{owner} has no alert “{name}”.", owner=owner, name=name), did_you_mean(name, own))
    alert = own[name]
    file = network.root / alert.file
    if alert.options.until <= now:
        raise UsageError(msg("The alert ended on {time}.", time=_written(alert.options.until)))
    if alert.options.begins >= now.replace(microsecond=0):
        file.unlink()
        return alert, True
    file.write_text(_with_end(file.read_text("utf-8"), _written(now)), "utf-8")
    return alert, False


def require_owner(network: Network, owner: str) -> None:
    """Raise UsageError unless there is such a Portal or Site."""
    known = [*network.portals, *network.sites]
    if owner not in known:
        raise UsageError(msg("There is no Portal and no Site “{name}”.", name=owner), did_you_mean(owner, known))


def _checked(network: Network, owner: str, file: File) -> Alert:
    model = SiteAlert if "/" in owner else PortalAlert
    try:
        alert = Alert(file.path, owner, model.model_validate(file.data))
    except ValidationError as error:
        raise ProblemsFound(list(problems_of(error, lambda where: (file.path, file.line(where)), ()))) from error
    problems = [*alert_problems(alert, file), *reach_problems(network, alert, file)]
    if problems:
        raise ProblemsFound(problems)
    return alert


def _with_end(text: str, until: str) -> str:
    """Return the text of an alert with another end; what a person wrote around it stays where it can."""
    data = strict_yaml.load(text)
    wanted = {**data, "until": until} if isinstance(data, dict) else {}
    lines = text.splitlines(keepends=True)
    at = strict_yaml.line_of(text, ["until"]) - 1
    lines[at] = f"until: {until}\n"
    edited = "".join(lines)
    try:
        return edited if strict_yaml.load(edited) == wanted else _dumped(wanted)
    except strict_yaml.YamlProblem:
        return _dumped(wanted)


def _dumped(data: Data) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


def _written(moment: datetime) -> str:
    return moment.astimezone(HANOI_TIME).isoformat(timespec="seconds")
