"""How far a build is: a bar on a terminal, plain lines in CI."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from congtin.build.request import Progress as BuildProgress
from congtin.build.site_work import SiteResult
from congtin.messages import msg, translate


class Bar(BuildProgress):
    """A bar on a terminal, a line for every tenth elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = self.done = 0
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,  # a thread would keep the build from forking its workers
        )

    def wait(self) -> None:
        self.console.print(translate("Another build of this output is running; this one waits for it."))

    def start(self, editions: int) -> None:
        self.total = editions
        if self.console.is_terminal:
            self.bar.start()
            self.task = self.bar.add_task(translate("Editions"), total=editions)

    def advance(self, result: SiteResult) -> None:
        before = self.done
        self.done += len(result.editions)
        if self.console.is_terminal:
            self.bar.update(self.task, completed=self.done, refresh=True)
        elif self.done * 10 // max(self.total, 1) > before * 10 // max(self.total, 1):
            self.console.print(str(msg("{done} of {total} Editions", done=self.done, total=self.total)))

    def stop(self) -> None:
        self.bar.stop()
