"""Read `sites/` with its cascade: `_defaults.yaml` → `portal.yaml` → one file a Site."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.errors import Problem, ProblemsFound
from congtin.layout import DEFAULTS
from congtin.messages import msg
from congtin.model import SiteKind
from congtin.network.alerts import FOLDER as ALERTS
from congtin.network.alerts import Alert, PortalAlert, SiteAlert, alert_files, alert_problems, reach_problems
from congtin.network.cascade import Data, File, locate, merge
from congtin.network.hosts import host_problems, site_editions, site_host
from congtin.network.network import Network, Portal, Site
from congtin.network.options import Pick, PortalOptions, SiteOptions, Vocabulary
from congtin.network.picks import pick_files, pick_problem
from congtin.network.references import reference_problems
from congtin.network.texts import text_problems
from congtin.validation import StrictModel, problems_of

VOCABULARY = "sites/_vocabulary.yaml"
PORTAL_FILE = "portal.yaml"

# How fields that have a form of their own are written.
_MAIL = msg("Write one e-mail address, as in bientap@hanoi.gov.vn.")
_ONE_ADDRESS = msg("Write one e-mail address, or one address that begins with https://.")
_HINTS = {
    "security_contact": _ONE_ADDRESS,
    "report_error": _ONE_ADDRESS,
    "contact.email": _MAIL,
}
_SITE_NAME = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_Model = TypeVar("_Model", bound=StrictModel)


def load_network(root: Path) -> Network:
    """Read all Portals and Sites; raise ProblemsFound with every error there is."""
    loader = _Loader(root)
    network = loader.load()
    problems = [*loader.problems]
    if network:
        problems += [loader.placed(problem, network) for problem in host_problems(network)]
        problems += dict.fromkeys(loader.reference_problems(network))
        for alert in network.alerts:
            problems += reach_problems(network, alert, loader.alert_files[alert.file])
    if problems or network is None:
        raise ProblemsFound(problems)
    return network


def load_picks(root: Path, site: Site) -> Mapping[str, Pick]:
    """Read the picks of one Site whose file is known; raise ProblemsFound with every error in them."""
    loader = _Loader(root)
    found = loader.picks(site.id, site.options)
    if loader.problems:
        raise ProblemsFound(loader.problems)
    return found


class _Loader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.levels: dict[str, list[File]] = {}
        self.alert_files: dict[str, File] = {}

    def load(self) -> Network | None:
        self.problems.extend(_links(self.root))
        if self.problems:
            return None
        defaults = self.read(DEFAULTS)
        if self.problems:
            return None
        vocabulary = self.model(Vocabulary, [self.read(VOCABULARY)])
        portals: dict[str, Portal] = {}
        sites: dict[str, Site] = {}
        for folder in sorted((self.root / "sites").iterdir()):
            if folder.is_dir() and not folder.name.startswith((".", "_")):
                self.load_portal(folder.name, defaults, portals, sites)
        if vocabulary is None:
            return None
        return Network(self.root, portals, sites, vocabulary, tuple(self.alerts(portals, sites)))

    def load_portal(self, portal_id: str, defaults: File, portals: dict[str, Portal], sites: dict[str, Site]) -> None:
        file = self.read(f"sites/{portal_id}/{PORTAL_FILE}")
        unknown = set(file.data) - {"portal", "defaults", "site"}
        for key in sorted(unknown):
            self.add("unknown-field", file, [key], key)
        options = self.model(PortalOptions, [file.part("portal")])
        if options is None:
            return
        portals[portal_id] = Portal(portal_id, file.path, options)
        self.load_site(f"{portal_id}/portal", [defaults, file.part("site")], options, sites)
        for path in sorted((self.root / "sites" / portal_id).iterdir()):
            if path.name != PORTAL_FILE and self.belongs(path):
                own = self.read(path.relative_to(self.root).as_posix())
                site_id = f"{portal_id}/{path.stem}"
                self.load_site(site_id, [defaults, file.part("defaults"), own], options, sites)

    def belongs(self, path: Path) -> bool:
        """Tell whether this is the file of a Site; report what is neither that nor a Site's folder."""
        own_file = path.with_name(f"{path.name}.yaml")
        if path.name == ALERTS and path.is_dir():
            return False
        if path.is_dir() and (path.name == "portal" or own_file.is_file()):
            return False
        if path.is_file() and path.suffix == ".yaml" and _SITE_NAME.fullmatch(path.stem) and path.stem != ALERTS:
            return True
        text = msg("The file has no place here.")
        hint = msg("A Site is one file <name>.yaml: lower-case letters without diacritics, digits, single hyphens.")
        self.problems.append(Problem("path-form", text, path.relative_to(self.root).as_posix(), 0, hint))
        return False

    def placed(self, problem: Problem, network: Network) -> Problem:
        """Return a problem of a Site's host with the line that sets the host."""
        site = next(site for site in network.sites.values() if site.file == problem.path)
        if problem.code == "reserved-address":
            path, line = locate(self.levels[site.id], ["languages"])
            return replace(problem, path=path, line=line)
        field = "host" if site.options.host else "label"
        for level in reversed(self.levels[site.id]):
            if level.path == problem.path and level.has([field]):
                return replace(problem, line=level.line([field]))
        return problem

    def reference_problems(self, network: Network) -> Iterator[Problem]:
        """Yield what Sites name and nobody has."""
        for site in network.sites.values():
            yield from reference_problems(network, site, partial(locate, self.levels[site.id]))

    def load_site(self, site_id: str, levels: list[File], portal: PortalOptions, sites: dict[str, Site]) -> None:
        options = self.model(SiteOptions, levels)
        if options is None:
            return
        if options.host is None and options.label is None and options.kind.value != "portal":
            self.add_missing(levels[-1], "label")
            return
        if options.kind is SiteKind.PORTAL and site_id != f"{site_id.partition('/')[0]}/portal":
            self.problems.append(_second_portal(site_id, levels))
            return
        host = site_host(options, portal)
        editions = site_editions(site_id, options, portal)
        self.levels[site_id] = levels
        sites[site_id] = Site(site_id, levels[-1].path, options, host, editions, self.picks(site_id, options))

    def picks(self, site_id: str, options: SiteOptions) -> Mapping[str, Pick]:
        found: dict[str, Pick] = {}
        for path in pick_files(self.root, site_id, self.problems):
            file = self.read(path)
            pick = self.model(Pick, [file])
            if pick is None:
                continue
            problem = pick_problem(site_id, options, pick, file)
            if problem:
                self.problems.append(problem)
            if problem is None or problem.code != "pick-name":
                found[pick.item] = pick
        return found

    def alerts(self, portals: Iterable[str], sites: Iterable[str]) -> Iterator[Alert]:
        """Yield the alerts of Portals, then those of single Sites."""
        for owner in (*portals, *sites):
            model = SiteAlert if "/" in owner else PortalAlert
            for path in alert_files(self.root, f"sites/{owner}/{ALERTS}", self.problems):
                file = self.read(path)
                options = self.model(model, [file])
                if options is not None:
                    alert = Alert(path, owner, options)
                    self.alert_files[path] = file
                    self.problems += alert_problems(alert, file)
                    yield alert

    def read(self, path: str) -> File:
        file = self.root / path
        try:
            text = file.read_bytes().decode("utf-8").removeprefix("\ufeff")
            data = strict_yaml.load(text)
        except FileNotFoundError:
            portal = msg("A Portal needs a portal.yaml; see docs/sites-format.md.")
            hint = portal if path.endswith(PORTAL_FILE) else None
            self.problems.append(Problem("missing-file", msg("The file is missing."), path, 0, hint))
            return File(path, "", {})
        except OSError as error:
            unreadable = msg("The file cannot be read: {detail}.", detail=error.strerror)
            self.problems.append(Problem("unreadable", unreadable, path))
            return File(path, "", {})
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            self.problems.append(Problem("not-utf8", msg("The file is not UTF-8 text."), path, line, hint))
            return File(path, "", {})
        except strict_yaml.YamlProblem as error:
            self.problems.append(Problem(error.code, error.message, path, error.line, error.hint))
            return File(path, "", {})
        if not isinstance(data, dict):
            self.problems.append(Problem("wrong-value", msg("The file must hold keys and values."), path, 1))
            return File(path, "", {})
        file_read = File(path, text, data)
        self.problems.extend(text_problems(file_read))
        return file_read

    def model(self, model: type[_Model], levels: list[File]) -> _Model | None:
        if any(p.path == levels[-1].path for p in self.problems) and not levels[-1].data:
            return None
        merged: Data = {}
        for level in levels:
            merged = merge(merged, level.data)
        try:
            return model.model_validate(merged)
        except ValidationError as error:
            known = [info.alias or name for name, info in model.model_fields.items()]
            for problem in problems_of(error, lambda where: locate(levels, where), known):
                hinted = replace(problem, hint=problem.hint or _HINTS.get(str(problem.message.values.get("field"))))
                if hinted not in self.problems:
                    self.problems.append(hinted)
            return None

    def add(self, code: str, file: File, where: list[str | int], field: str) -> None:
        text = msg("The field “{field}” is not known here.", field=field)
        self.problems.append(Problem(code, text, file.path, file.line(where)))

    def add_missing(self, file: File, field: str) -> None:
        text = msg("The field “{field}” is missing.", field=field)
        self.problems.append(Problem("missing-field", text, file.path, 1))


def _links(root: Path) -> Iterator[Problem]:
    """Yield every symbolic link below `sites/`: through one, a Site would be read from elsewhere."""
    for folder, names, files in os.walk(root / "sites"):
        for name in sorted([*names, *files]):
            path = Path(folder, name)
            if path.is_symlink():
                text = msg("Symbolic links are not allowed below sites/.")
                hint = msg("Put the file itself there.")
                yield Problem("symlink", text, path.relative_to(root).as_posix(), 0, hint)


def _second_portal(site_id: str, levels: list[File]) -> Problem:
    portal = f"{site_id.partition('/')[0]}/{PORTAL_FILE}"
    text = msg("Only the Site of {file} is of the kind “portal”.", file=portal)
    kinds = [kind.value for kind in SiteKind if kind is not SiteKind.PORTAL]
    hint = msg("Known are: {words}.", words=", ".join(kinds))
    return Problem("wrong-value", text, *locate(levels, ["kind"]), hint)
