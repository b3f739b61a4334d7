"""A folder, here or over SSH, whose files rsync replaces one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from congtin.messages import msg
from congtin.release.targets import source
from congtin.release.targets.failures import TargetFailed
from congtin.release.targets.held import FOLDER
from congtin.release.targets.rsync import Rsync
from congtin.release.targets.wanted import Wanted

TEMPORARY = f"{FOLDER}/arriving"
# Whether a file differs is told by its bytes: builds may give all files one time. And each is on the disk before the
# next step relies on it.
SENDING = (
    "--from0", "--checksum", "--times", "--omit-dir-times", "--perms", "--chmod=D755,F644", "--fsync",
    f"--temp-dir={TEMPORARY}",
)  # fmt: skip


@dataclass(frozen=True)
class RsyncPlace:
    """Puts files by their names below the target's folder."""

    rsync: Rsync

    def read(self, names: Iterable[str]) -> Mapping[str, bytes]:
        inbox = self.rsync.workshop.empty("inbox")
        rules = [f"--include=/{name}" for name in names]
        self.rsync.run("--recursive", f"--include=/{FOLDER}/", *rules, "--exclude=*", self.rsync.remote, f"{inbox}/")
        found = {file.relative_to(inbox).as_posix(): file for file in inbox.rglob("*")}
        return {name: file.read_bytes() for name, file in found.items() if file.is_file() and not file.is_symlink()}

    def write(self, name: str, data: bytes) -> None:
        outbox = self.rsync.workshop.empty("outbox")
        (outbox / TEMPORARY).mkdir(parents=True)
        (outbox / name).write_bytes(data)
        # What an rsync that was killed over there has left half-written goes on this occasion.
        rules = [f"--include=/{each}" for each in (f"{FOLDER}/", f"{TEMPORARY}/", f"{TEMPORARY}/**", name)]
        self.rsync.run(
            "--recursive", "--checksum", "--chmod=D755,F644", "--fsync", "--delete", *rules, "--exclude=*",
            f"{outbox}/", self.rsync.remote,
        )  # fmt: skip

    def send(self, wanted: Wanted, names: Sequence[str], unknown: frozenset[str]) -> int:
        """Send copies that were hashed while they were made: what is compared or travels is what the record names."""
        stage = self.rsync.workshop.empty("stage")
        size = staged(self.rsync, wanted.holder, names, "")
        self.rsync.run(*SENDING, self.rsync.names_file(names), f"{stage}/", self.rsync.remote)
        self.rsync.workshop.empty("stage")
        return size

    def remove(self, names: Sequence[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        nothing = self.rsync.workshop.empty("nothing")
        rules = self.rsync.workshop.folder / "rules"
        rules.write_text("".join(f"{rule}\n" for rule in removal_rules(names)), "utf-8")
        self.rsync.run("--recursive", "--delete", f"--filter=merge {rules}", f"{nothing}/", self.rsync.remote)


def staged(rsync: Rsync, holder: Callable[[str], source.Sealed], names: Sequence[str], below: str) -> int:
    """Fill the folder `stage` with checked copies, and return their size."""
    stage = rsync.workshop.folder / "stage"
    try:
        return sum(source.copy_file(holder(name), name, stage / below / name) for name in names)
    except OSError as error:
        cause = msg("the copies to send cannot be written in {path}: {detail}", path=stage, detail=error.strerror)
        raise TargetFailed(rsync.target.name, cause, msg("Make room on the disk of this machine.")) from error


def removal_rules(names: Sequence[str]) -> list[str]:
    """Return rules by which rsync, given an empty folder, removes these files and then-empty folders, nothing else."""
    folders = {name[: match.end()] for name in names for match in re.finditer("/", name)}
    listed = [f"+ /{_literal(path)}" for path in (*sorted(folders), *sorted(names))]
    return [*listed, "- *"]


def _literal(path: str) -> str:
    """Return a path so that no sign of it is a pattern; a backslash only counts where there is a wildcard."""
    if not re.search(r"[*?\[]", path):
        return path
    return re.sub(r"([*?\[\\])", r"\\\1", path)
