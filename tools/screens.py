"""Take screenshots of what the network looks like: phone and desktop, light and dark.

    python tools/screens.py build/screens                    builds, serves, and takes all of them
    python tools/screens.py build/screens --only home,404    some of them

Each subject is found in what was built, by what it is: none is tied to one address. What the network does not have yet,
such as an alert or a closed consultation, is told and left out; exit code 1 when --only asked for it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> int:
    """Take the pictures; say which subjects there are not."""
    from audit_parts import built, served
    from gates.pages import BuiltPage, built_pages
    from gates.serving import DARK, DESKTOP, PHONE, PHONE_DARK, chromium, visitor

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    work = ROOT / "build" / "audit"
    work.mkdir(parents=True, exist_ok=True)
    whole = built(work)
    pages: list[BuiltPage] = built_pages(whole.repository)
    wanted = set(filter(None, given.only.split(",")))
    found = {
        name: page
        for name, choose in SUBJECTS.items()
        if (not wanted or name in wanted) and (page := choose(pages, whole.text))
    }
    found |= {f"home-{lang}": page for lang, page in homes(pages) if not wanted or "home" in wanted}
    with served(whole, list(found.values())) as server, chromium(server) as browser:
        for name, subject in sorted(found.items()):
            for look in (PHONE, PHONE_DARK, DESKTOP, DARK):
                with visitor(browser, look) as context:
                    page = context.new_page()
                    page.goto(subject.url, wait_until="networkidle")
                    page.screenshot(path=given.folder / f"{name}-{look.name.replace(', ', '-')}.png", full_page=True)
            if name in PRINTED:
                with visitor(browser, DESKTOP) as context:
                    page = context.new_page()
                    page.goto(subject.url, wait_until="networkidle")
                    page.pdf(path=given.folder / f"{name}.pdf", format="A4", tagged=True, outline=True)
            print(f"{name}: {subject.url}", flush=True)
    missing = sorted((wanted or set(SUBJECTS)) - found.keys() - {"home"})
    if missing:
        print(f"Not in this network: {', '.join(missing)}")
    return 1 if wanted and missing else 0


# --- subjects ----------------------------------------------------------------------------------


def homes(pages: list) -> Iterator[tuple[str, object]]:
    """Yield the home page of a Portal in each language."""
    seen = set()
    for page in sorted(pages, key=lambda each: (each.component, each.lang != "vi", each)):
        if page.template == "home" and not page.component and page.lang not in seen:
            seen.add(page.lang)
            yield page.lang, page


def one(template: str, variety: str = "", *, component: bool | None = None) -> Callable:
    """Return a choice: the Vietnamese page of a template, or of a kind, that has most on it."""

    def choose(pages: list, text: Callable[[str], str]) -> object:
        fits = [
            page
            for page in pages
            if template in page.template.split("/")
            and page.lang == "vi"
            and (not variety or page.variety == variety)
            and (component is None or page.component == component)
        ]
        return max(fits, key=lambda page: len(text(page.file)), default=None)

    return choose


def holding(mark: str) -> Callable:
    """Return a choice: the first page whose HTML holds a text."""

    def choose(pages: list, text: Callable[[str], str]) -> object:
        return next((page for page in pages if page.lang == "vi" and mark in text(page.file)), None)

    return choose


SUBJECTS: dict[str, Callable] = {
    "ward-home": one("home", component=True),
    "article": one("article"),
    "copy": one("article", "crosspost"),
    "document": one("document"),
    "library-filtered": one("library", "facet"),
    "search": one("search"),
    "consultation": one("consultation"),
    "gallery": one("gallery"),
    "alert": holding('class="alert'),
    "404": one("404"),
    "accessibility": one("accessibility"),
    "withdrawn": one("withdrawn"),
}
PRINTED = ("article", "document")


if __name__ == "__main__":
    sys.exit(main())
