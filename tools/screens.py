"""Take screenshots of what the network looks like: phone and desktop, light and dark.

    python tools/screens.py build/screens                    builds, serves, and takes all of them
    python tools/screens.py build/screens --only home,404    some of them
    python tools/screens.py build/screens --document         all of them, and docs/screens.md with small copies

Each subject is found in what was built, by what it is: none is tied to one address. Over the Sites of Hưng Yên stands
an alert that is in no file of this repository. What the network does not have is told and left out; exit code 1 when
--only asked for it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from congtin.kinds.load import load_kinds  # noqa: E402

KINDS = load_kinds(ROOT)[0]


def main() -> int:
    """Take the pictures; say which subjects there are not."""
    from audit_parts import built, served
    from gates.pages import BuiltPage, built_pages
    from gates.serving import DARK, DESKTOP, PHONE, PHONE_DARK, chromium, visitor

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--document", action="store_true", help="write docs/screens.md")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    work = ROOT / "build" / "audit"
    work.mkdir(parents=True, exist_ok=True)
    whole = built(work / "alerted", with_an_alert(work / "repository"))
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
                    page.goto(subject.url + QUESTIONS.get(name, ""), wait_until="networkidle")
                    page.screenshot(path=given.folder / f"{name}-{look.name.replace(', ', '-')}.png", full_page=True)
            if name in PRINTED:
                with visitor(browser, DESKTOP) as context:
                    page = context.new_page()
                    page.goto(subject.url, wait_until="networkidle")
                    page.pdf(path=given.folder / f"{name}.pdf", format="A4", tagged=True, outline=True)
            print(f"{name}: {subject.url}", flush=True)
    if given.document:
        write_document(given.folder, sorted(found))
    missing = sorted((wanted or set(SUBJECTS)) - found.keys() - {"home"})
    if missing:
        print(f"Not in this network: {', '.join(missing)}")
    return 1 if wanted and missing else 0


# --- what is shown -----------------------------------------------------------------------------

ALERT = """\
level: warning
text:
  vi: "Bản trình diễn: mưa lớn đêm nay, tránh đường ven sông"
  en: "Demonstration: heavy rain tonight, keep off riverside roads"
from: 2026-11-22T08:00:00+07:00
until: 2026-11-23T08:00:00+07:00
to: [hungyen/*]
"""


def with_an_alert(folder: Path) -> Path:
    """Return a repository that is this one, with an alert over the Sites of one Portal."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("themes", "plugins", "workflows", "pelicanconf.py", "publishconf.py"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("content", "sites"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "sites/hungyen/alerts").mkdir(exist_ok=True)
    (folder / "sites/hungyen/alerts/mua-lon.yaml").write_text(ALERT, "utf-8")
    return folder


DOCUMENT = ROOT / "docs" / "screens"
BEGINNING = """\
# What it looks like

Taken by `tools/screens.py` from the demonstration network: a phone and a desk, light and dark. Long pages are cut;
everything shown is demonstration content."""
_HEIGHT = 2.1
"""Of a copy in the document, in widths: what lies further down is in the whole picture."""


def write_document(folder: Path, names: list[str]) -> None:
    """Write small copies of the pictures, and the page that shows them."""
    shutil.rmtree(DOCUMENT, ignore_errors=True)
    DOCUMENT.mkdir()
    looks = {"phone": 240, "phone-dark": 240, "desktop": 520, "desktop-dark": 520}
    text = [BEGINNING]
    for name in sorted(names, key=lambda each: (list(CAPTIONS).index(each) if each in CAPTIONS else 99, each)):
        text.append(f"\n## {CAPTIONS.get(name, name)}\n")
        for look, width in looks.items():
            with Image.open(folder / f"{name}-{look}.png") as picture:
                height = min(picture.height, int(picture.width * _HEIGHT))
                small = picture.convert("RGB").crop((0, 0, picture.width, height))
                small.resize((width, round(height * width / picture.width)), Image.Resampling.LANCZOS).save(
                    DOCUMENT / f"{name}-{look}.webp", quality=62, method=6
                )
            text.append(f"![{CAPTIONS.get(name, name)}, {look.replace('-', ', ')}](screens/{name}-{look}.webp)")
    for name in PRINTED:
        if (folder / f"{name}.pdf").exists():
            with pypdfium2.PdfDocument(folder / f"{name}.pdf") as printed:
                printed[0].render(scale=1).to_pil().save(DOCUMENT / f"{name}-printed.webp", quality=62, method=6)
            text.append(f"\n## {CAPTIONS[name]}, printed\n\n![The first sheet](screens/{name}-printed.webp)")
    DOCUMENT.with_suffix(".md").write_text("\n".join(text) + "\n", "utf-8")


CAPTIONS = {
    "home-vi": "Portal, Vietnamese", "home-en": "Portal, English", "home-zh": "Portal, Chinese",
    "home-ko": "Portal, Korean", "home-ja": "Portal, Japanese", "ward-home": "A ward", "article": "An article",
    "copy": "The same text on another Site", "document": "A document with its contents",
    "library-filtered": "The document library, filtered", "search": "Search results",
    "consultation-open": "A consultation, open", "consultation-closed": "The same when it is over",
    "gallery": "Pictures", "schedule": "A working calendar", "alert": "An alert", "404": "A page that is not there",
    "accessibility": "The accessibility statement", "withdrawn": "A text that was withdrawn",
}  # fmt: skip
# What is asked for where a page alone shows nothing.
QUESTIONS = {"search": "?q=ho+tay"}


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


def staged(kind: str, stage: str) -> Callable:
    """Return a choice: the page of an Item that the clock has brought into a state."""
    label = KINDS[kind].options.states[stage].label["vi"]

    def choose(pages: list, text: Callable[[str], str]) -> object:
        fits = (page for page in pages if page.template == f"kinds/{kind}/item" and page.lang == "vi")
        return next((page for page in fits if f">{label}</span>" in text(page.file)), None)

    return choose


SUBJECTS: dict[str, Callable] = {
    "ward-home": one("home", component=True),
    "article": one("article"),
    "copy": one("article", "crosspost"),
    "document": one("document"),
    "library-filtered": one("library", "facet"),
    "search": one("search"),
    "consultation-open": staged("consultation", "open"),
    "consultation-closed": staged("consultation", "closed"),
    "schedule": one("schedule"),
    "gallery": one("gallery"),
    "alert": holding('class="alert'),
    "404": one("404"),
    "accessibility": one("accessibility"),
    "withdrawn": one("withdrawn"),
}
PRINTED = ("article", "document")


if __name__ == "__main__":
    sys.exit(main())
