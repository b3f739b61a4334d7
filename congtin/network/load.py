"""Read `sites/` with its cascade: `_defaults.yaml` → `portal.yaml` → one file a Site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.errors import Problem, ProblemsFound, UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.network.hosts import host_problems, site_editions, site_host
from congtin.network.network import Network, Portal, Site
from congtin.network.options import Pick, PortalOptions, SiteOptions, Vocabulary
from congtin.validation import StrictModel, problems_of

DEFAULTS = "sites/_defaults.yaml"
VOCABULARY = "sites/_vocabulary.yaml"
PORTAL_FILE = "portal.yaml"

_SITE_NAME = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_Model = TypeVar("_Model", bound=StrictModel)
Data = dict[str, object]


@dataclass(frozen=True)
class _File:
    """One YAML file; ``within`` is the key inside it that counts."""

    path: str
    text: str
    data: Data
    within: tuple[str, ...] = ()

    def part(self, *keys: str) -> _File:
        data: object = self.data
        for key in keys:
            data = data.get(key) if isinstance(data, dict) else None
        return _File(self.path, self.text, data if isinstance(data, dict) else {}, keys)

    def has(self, where: Sequence[str | int]) -> bool:
        data: object = self.data
        for step in where:
            if isinstance(data, dict) and step in data:
                data = data[str(step)]
            elif isinstance(data, list) and isinstance(step, int) and step < len(data):
                data = data[step]
            else:
                return False
        return True

    def line(self, where: Sequence[str | int]) -> int:
        return strict_yaml.line_of(self.text, [*self.within, *where])


def find_root(start: Path) -> Path:
    """Return the nearest folder upwards that holds `sites/_defaults.yaml`."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / DEFAULTS).is_file():
            return folder
    raise UsageError(
        msg("There is no Côngtin repository here: {path}.", path=start),
        msg("Go to the folder that holds sites/_defaults.yaml, or name it with --root."),
    )


def load_network(root: Path) -> Network:
    """Read all Portals and Sites; raise ProblemsFound with every error there is."""
    loader = _Loader(root)
    network = loader.load()
    problems = [*loader.problems]
    if network:
        problems += [loader.placed(problem, network) for problem in host_problems(network)]
        problems += dict.fromkeys(loader.reference_problems(network))
    if problems or network is None:
        raise ProblemsFound(problems)
    return network


class _Loader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.levels: dict[str, list[_File]] = {}

    def load(self) -> Network | None:
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
        return Network(self.root, portals, sites, vocabulary)

    def load_portal(self, portal_id: str, defaults: _File, portals: dict[str, Portal], sites: dict[str, Site]) -> None:
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
        if path.is_dir() and (path.name == "portal" or own_file.is_file()):
            return False
        if path.is_file() and path.suffix == ".yaml" and _SITE_NAME.fullmatch(path.stem):
            return True
        text = msg("The file has no place here.")
        hint = msg("A Site is one file <name>.yaml: lower-case letters without diacritics, digits, single hyphens.")
        self.problems.append(Problem("path-form", text, path.relative_to(self.root).as_posix(), 0, hint))
        return False

    def placed(self, problem: Problem, network: Network) -> Problem:
        """Return a problem of a Site's host with the line that sets the host."""
        site = next(site for site in network.sites.values() if site.file == problem.path)
        field = "host" if site.options.host else "label"
        for level in reversed(self.levels[site.id]):
            if level.path == problem.path and level.has([field]):
                return replace(problem, line=level.line([field]))
        return problem

    def reference_problems(self, network: Network) -> Iterator[Problem]:
        """Yield standing consents that name a Site or a section there is not."""
        for site in network.sites.values():
            for number, rule in enumerate(site.options.accepts):
                place = _locate(self.levels[site.id], ["accepts", number, "from"])
                if rule.origin != "portal" and rule.origin not in network.sites:
                    text = msg("“accepts” names the unknown Site “{site}”.", site=rule.origin)
                    yield Problem("unknown-site", text, *place, did_you_mean(rule.origin, network.sites))
                if rule.into not in site.options.sections:
                    text = msg("{site} has no section “{section}”.", site=site.id, section=rule.into)
                    place = _locate(self.levels[site.id], ["accepts", number, "into"])
                    yield Problem("unknown-section", text, *place, did_you_mean(rule.into, site.options.sections))

    def load_site(self, site_id: str, levels: list[_File], portal: PortalOptions, sites: dict[str, Site]) -> None:
        options = self.model(SiteOptions, levels)
        if options is None:
            return
        if options.host is None and options.label is None and options.kind.value != "portal":
            self.add_missing(levels[-1], "label")
            return
        host = site_host(options, portal)
        editions = site_editions(site_id, options, portal)
        self.levels[site_id] = levels
        sites[site_id] = Site(site_id, levels[-1].path, options, host, editions, self.picks(site_id, options))

    def picks(self, site_id: str, options: SiteOptions) -> Mapping[str, Pick]:
        folder = self.root / "sites" / site_id / "picks"
        found: dict[str, Pick] = {}
        if not folder.is_dir():
            return found
        for path in sorted(folder.glob("*.yaml")):
            file = self.read(path.relative_to(self.root).as_posix())
            pick = self.model(Pick, [file])
            if pick is None:
                continue
            if pick.item != path.stem:
                self.problems.append(
                    Problem(
                        "pick-name",
                        msg("The pick of Item {item} must be named {item}.yaml.", item=pick.item),
                        file.path,
                        file.line(["item"]),
                    )
                )
                continue
            if pick.into not in options.sections:
                text = msg("{site} has no section “{section}”.", site=site_id, section=pick.into)
                hint = did_you_mean(pick.into, options.sections) or msg(
                    "Its sections are: {words}.", words=list_of(options.sections)
                )
                self.problems.append(Problem("unknown-section", text, file.path, file.line(["into"]), hint))
            found[pick.item] = pick
        return found

    def read(self, path: str) -> _File:
        file = self.root / path
        try:
            text = file.read_bytes().decode("utf-8").removeprefix("\ufeff")
            data = strict_yaml.load(text)
        except FileNotFoundError:
            portal = msg("A Portal needs a portal.yaml; see docs/sites-format.md.")
            hint = portal if path.endswith(PORTAL_FILE) else None
            self.problems.append(Problem("missing-file", msg("The file is missing."), path, 0, hint))
            return _File(path, "", {})
        except OSError as error:
            unreadable = msg("The file cannot be read: {detail}.", detail=error.strerror)
            self.problems.append(Problem("unreadable", unreadable, path))
            return _File(path, "", {})
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            self.problems.append(Problem("not-utf8", msg("The file is not UTF-8 text."), path, line, hint))
            return _File(path, "", {})
        except strict_yaml.YamlProblem as error:
            self.problems.append(Problem(error.code, error.message, path, error.line, error.hint))
            return _File(path, "", {})
        if not isinstance(data, dict):
            self.problems.append(Problem("wrong-value", msg("The file must hold keys and values."), path, 1))
            return _File(path, "", {})
        return _File(path, text, data)

    def model(self, model: type[_Model], levels: list[_File]) -> _Model | None:
        if any(p.path == levels[-1].path for p in self.problems) and not levels[-1].data:
            return None
        merged: Data = {}
        for level in levels:
            merged = _merge(merged, level.data)
        try:
            return model.model_validate(merged)
        except ValidationError as error:
            known = [info.alias or name for name, info in model.model_fields.items()]
            for problem in problems_of(error, lambda where: _locate(levels, where), known):
                if problem not in self.problems:
                    self.problems.append(problem)
            return None

    def add(self, code: str, file: _File, where: list[str | int], field: str) -> None:
        text = msg("The field “{field}” is not known here.", field=field)
        self.problems.append(Problem(code, text, file.path, file.line(where)))

    def add_missing(self, file: _File, field: str) -> None:
        text = msg("The field “{field}” is missing.", field=field)
        self.problems.append(Problem("missing-field", text, file.path, 1))


def _locate(levels: list[_File], where: Sequence[str | int]) -> tuple[str, int]:
    """Return where a field was set last; a field nobody set is the last file's business."""
    lists = [number for number, step in enumerate(where) if isinstance(step, int)]
    decided = where[: lists[0]] if lists else where  # a list replaces the whole list below it
    for level in reversed(levels):
        if level.has(decided):
            return level.path, level.line(where)
    return levels[-1].path, levels[-1].line([])


def _merge(low: Data, high: Data, *, null_removes: bool = False) -> Data:
    """Return ``high`` on top of ``low``; null says nothing, except that it removes a section.

    Sections that a file names come after the inherited ones, in the file's order.
    """
    merged = dict(low)
    for key, value in high.items():
        below = merged.pop(key, None) if null_removes else merged.get(key)
        if value is None:
            if not null_removes:
                merged.setdefault(key, None)
        elif isinstance(value, dict):
            merged[key] = _merge(below if isinstance(below, dict) else {}, value, null_removes=key == "sections")
        else:
            merged[key] = value
    return merged
