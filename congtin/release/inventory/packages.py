"""Which software stands beneath: a bill of materials in CycloneDX 1.6 (K11)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import congtin

if TYPE_CHECKING:
    # Half a second that only the inventory needs.
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component

# What is called by name: its words for “which version”, and where the number stands.
_PROGRAMS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "git": (("--version",), r"git version (\S+)"),
    "ssh": (("-V",), r"OpenSSH_([^\s,]+)"),
    "nginx": (("-v",), r"nginx/(\S+)"),
    "restic": (("version",), r"restic (\S+)"),
    "rsync": (("--version",), r"version (\S+)"),
}
_PROGRAM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SECONDS = 20
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NAMESPACE = uuid.UUID("6f0a3f1c-5a43-5d0e-9f57-0e8a8f1f4b11")


@dataclass(frozen=True)
class Pin:
    """A package as a lock file has it: any of its files has one of these SHA-256."""

    version: str
    hashes: tuple[str, ...]


def engine_root() -> Path:
    """Return the folder that holds `congtin/`, its lock files and its `package-lock.json` where they are at hand."""
    return Path(congtin.__file__).parent.parent


def pins_of(text: str) -> dict[str, Pin]:
    """Return the packages of a lock file by their plain names."""
    found: dict[str, Pin] = {}
    for block in re.split(r"\n(?=\S)", text):
        named = _PIN.match(block)
        if named:
            found[_plain(named[1])] = Pin(named[2].rstrip("\\"), tuple(sorted(_HASH.findall(block))))
    return found


def python_bom(now: datetime) -> str:
    """Return the bill of materials of the installed Python packages and the programs that are called, as JSON."""
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType

    runtime, tested = _pins("runtime.txt"), _pins("lock.txt")
    root = Component(name="congtin", version=congtin.__version__, type=ComponentType.APPLICATION, bom_ref="congtin")
    bom = Bom()
    bom.metadata.component = root
    at_hand = "present" if runtime else "absent"
    bom.metadata.properties.add(Property(name="congtin:lock-file", value=at_hand))
    distributions = {_plain(found.name): found for found in metadata.distributions() if found.name}
    components = {
        name: _python_component(name, found, runtime, tested)
        for name, found in sorted(distributions.items())
        if name != "congtin"
    }
    for component in components.values():
        bom.components.add(component)
    for name, found in distributions.items():
        needs = [components[need] for need in _requirements(found) if need in components]
        bom.register_dependency(components.get(name, root), needs)
    for component in _programs():
        bom.components.add(component)
        bom.register_dependency(root, [component])
    return _text(bom, now)


def node_bom(now: datetime) -> str | None:
    """Return the bill of materials of the Node packages, those for tests marked so; None where there is no list."""
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentScope, ComponentType
    from packageurl import PackageURL

    file = engine_root() / "package-lock.json"
    if not file.is_file():
        return None
    data: Mapping[str, Any] = json.loads(file.read_bytes())
    bom = Bom()
    bom.metadata.component = Component(name=str(data["name"]), type=ComponentType.APPLICATION, bom_ref="tests")
    for path, facts in sorted(data["packages"].items()):
        name = path.rpartition("node_modules/")[2]
        if not name:
            continue
        purl = PackageURL("npm", name=name, version=facts["version"])
        licence = [LicenseFactory().make_from_string(facts["license"])] if facts.get("license") else []
        component = Component(
            name=name, version=facts["version"], type=ComponentType.LIBRARY, bom_ref=str(purl), purl=purl,
            scope=ComponentScope.EXCLUDED if facts.get("dev") else ComponentScope.REQUIRED, licenses=licence,
            properties=[Property(name="congtin:integrity", value=str(facts.get("integrity", "")))],
        )  # fmt: skip
        bom.components.add(component)
        bom.register_dependency(bom.metadata.component, [component])
    return _text(bom, now)


def programs_found() -> dict[str, str | None]:
    """Return the version of each program that the engine calls; None where it is not installed."""
    return {name: _version(name, *how) for name, how in _PROGRAMS.items()}


def _programs() -> Iterator[Component]:
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    for name, version in programs_found().items():
        if version is not None:
            purl = PackageURL("generic", name="openssh" if name == "ssh" else name, version=version)
            yield Component(
                name=purl.name, version=version, type=ComponentType.APPLICATION, bom_ref=str(purl), purl=purl
            )


def _version(name: str, words: tuple[str, ...], pattern: str) -> str | None:
    program = shutil.which(name) or shutil.which(name, path=_PROGRAM_PATH)
    if program is None:
        return None
    command = [program, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else "unknown"


def _python_component(
    name: str, found: metadata.Distribution, runtime: Mapping[str, Pin], tested: Mapping[str, Pin]
) -> Component:
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.component import Component, ComponentScope, ComponentType
    from packageurl import PackageURL

    pin = runtime.get(name) or tested.get(name)
    purl = PackageURL("pypi", name=name, version=found.version)
    # Any one file of a package was installed, and the lock file lists them all: which it was is not recorded.
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=sha) for sha in (pin.hashes if pin else ())]
    said = _licence(found)
    state = "not pinned" if pin is None else ("as pinned" if pin.version == found.version else f"pinned {pin.version}")
    return Component(
        name=name, version=found.version, type=ComponentType.LIBRARY, bom_ref=str(purl), purl=purl, hashes=hashes,
        scope=ComponentScope.REQUIRED if name in runtime else ComponentScope.EXCLUDED if runtime else None,
        licenses=[LicenseFactory().make_from_string(said)] if said else [],
        properties=[Property(name="congtin:lock", value=state)],
    )  # fmt: skip


def _licence(found: metadata.Distribution) -> str | None:
    """Return what the package itself says, the shortest sure word first."""
    facts = found.metadata
    if "License-Expression" in facts:
        return facts["License-Expression"]
    named = [line.rpartition(" :: ")[2] for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    free = facts["License"].strip() if "License" in facts else ""
    if free and "\n" not in free and len(free) < 60 and free != "UNKNOWN":
        return free
    return " / ".join(named) or None


def _requirements(found: metadata.Distribution) -> Iterator[str]:
    for line in found.requires or ():
        named = _NAME.match(line)
        if named and "extra ==" not in line:
            yield _plain(named[0])


def _pins(name: str) -> dict[str, Pin]:
    file = engine_root() / "requirements" / name
    return pins_of(file.read_text("utf-8")) if file.is_file() else {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _text(bom: Bom, now: datetime) -> str:
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    bom.metadata.timestamp = now.astimezone(UTC).replace(microsecond=0)
    # The same software has the same number, whenever it is asked.
    names = "\n".join(sorted(f"{c.name} {c.version}" for c in bom.components))
    bom.serial_number = uuid.uuid5(_NAMESPACE, names)
    return str(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)) + "\n"
