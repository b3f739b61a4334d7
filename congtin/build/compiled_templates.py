"""Templates as Jinja compiled them, read once by the process that forks the workers.

Those of the theme that comes with the engine are compiled when it is set up, as its modules are
(`tools/precompile.py`); the others with the first build that shows them, and lie beside its store.
"""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from jinja2 import FileSystemBytecodeCache, FileSystemLoader
from jinja2.bccache import Bucket, bc_magic

from congtin.build.shipped import SHIPPED, of_this_engine
from congtin.build.template_environment import EditionEnvironment
from congtin.build.template_facts import FILTERS
from congtin.layout import THEME
from congtin.network.pelican_settings import JINJA_ENVIRONMENT

# What reading a file may raise that a power cut has left, or somebody has changed.
_DAMAGE = (OSError, EOFError, ValueError, TypeError, IndexError, KeyError, AttributeError, pickle.UnpicklingError)


@dataclass(frozen=True)
class _Folder:
    changed: int
    """When it was read: a folder's time changes with every file that is put into it."""
    read: dict[str, tuple[str, CodeType]]
    """By file name: the digest of a template's source, and its code."""


_folders: dict[Path, _Folder] = {}


def compiled_templates(state: Path, root: Path) -> CompiledTemplates:
    """Return the compiled templates of the repository at ``root``, whose store is in ``state``."""
    folder = _beside(state)
    folder.mkdir(parents=True, exist_ok=True)
    return CompiledTemplates(folder, root)


def ship_templates(root: Path, names: Iterable[str]) -> None:
    """Compile these templates of the theme at ``root`` for every build by this engine."""
    theme = root / THEME
    environment = EditionEnvironment(
        loader=FileSystemLoader([theme, theme / "templates"]),
        bytecode_cache=CompiledTemplates(SHIPPED, root),
        auto_reload=False,
        **JINJA_ENVIRONMENT,
    )
    environment.filters.update(dict.fromkeys(FILTERS, _when_the_page_is_made))
    # As an Edition's own: it decides how translated words are compiled.
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # by the extension
    for name in names:
        environment.get_template(name)
    for file in SHIPPED.iterdir():
        # Jinja makes files for their owner alone; the engine may be another's than who builds with it.
        file.chmod(0o644)


def _when_the_page_is_made(*_: object) -> str:
    """Stand for a filter; what Jinja would work out now depends on the Edition."""
    raise NotImplementedError


def read_templates(state: Path) -> None:
    """Read all that are there, unless they have been: a process forked from this one has them then."""
    folders = (SHIPPED, _beside(state))
    for other in _folders.keys() - {*folders}:
        del _folders[other]
    for folder in folders:
        with suppress(FileNotFoundError):
            changed = folder.stat().st_mtime_ns
            if folder not in _folders or _folders[folder].changed != changed:
                files = folder.glob(f"{of_this_engine()}*")
                _folders[folder] = _Folder(changed, {file.name: code for file in files if (code := _code_in(file))})


def _beside(state: Path) -> Path:
    return state / "templates"


def _code_in(file: Path) -> tuple[str, CodeType] | None:
    """Read one file as Jinja writes it; one that cannot be read is compiled anew when it is needed."""
    with suppress(*_DAMAGE), file.open("rb") as stream:
        if stream.read(len(bc_magic)) == bc_magic:
            checksum = pickle.load(stream)  # noqa: S301 (our own file, which Jinja reads in the same way)
            return checksum, marshal.load(stream)  # noqa: S302 (as above)
    return None


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja's cache of compiled templates in a folder, which looks first among those that have been read.

    A template is known by its name and its place below ``root``: whoever moves a repository, or makes another of the
    same theme, compiles nothing again.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        # Compiled templates call functions of the engine.
        super().__init__(str(folder), f"{of_this_engine()}%s")
        self.root = root

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the key of a template, the same wherever the repository lies."""
        if filename and Path(filename).is_relative_to(self.root):
            filename = Path(filename).relative_to(self.root).as_posix()
        return super().get_cache_key(name, filename)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if it was compiled from this very source."""
        own = Path(self._get_cache_filename(bucket))
        for folder in (SHIPPED, own.parent):
            known = _folders[folder].read.get(own.name) if folder in _folders else None
            known = known or _code_in(folder / own.name)
            if known and known[0] == bucket.checksum:
                bucket.code = known[1]
                return
