"""Keep the gettext catalogues in step with the sources: ``update`` rewrites them, ``check`` only looks.

    python tools/translations.py update
    python tools/translations.py check

There are two domains: ``theme``, what citizens read, and ``congtin``, what the engine says to editors.
The catalogues hold no dates, line numbers or obsolete texts, so an update without news changes nothing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import check_and_call_extract_file
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
MAPPING = Path(__file__).with_name("babel.cfg")
TITLES_FILE = "congtin/build/contexts.py"
_PLACE = re.compile(r"%\(\w+\)[a-z]|\{[^{}]*\}")


@dataclass(frozen=True)
class Domain:
    """Catalogues of one name, the files their texts come from and the calls that hold them.

    Only the ``indirect`` files may call with something else than a literal text.
    """

    name: str
    folder: str
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    keywords: tuple[str, ...]
    indirect: tuple[str, ...]

    def po_files(self) -> dict[str, Path]:
        return {lang: ROOT / self.folder / lang / "LC_MESSAGES" / f"{self.name}.po" for lang in self.languages}


DOMAINS = (
    Domain(
        name="theme",
        folder="themes/base/translations",
        languages=("vi", "zh", "ko", "ja"),
        sources=("themes/base/templates/**/*.html", "themes/base/kinds/**/*.html", "congtin/build/**/*.py"),
        keywords=("_", "gettext", "ngettext:1,2"),
        indirect=(TITLES_FILE,),
    ),
    Domain(
        name="congtin",
        folder="congtin/translations",
        languages=("vi",),
        sources=("congtin/**/*.py", "congtin/**/*.html.j2", "plugins/*.py"),
        keywords=("msg:1", "Msg:1", "translate:1", "translate_count:1,2"),
        indirect=("congtin/messages.py", "congtin/cli/click_words.py", "congtin/stored_problems.py"),
    ),
)


def extract(domain: Domain) -> Catalog:
    """Return all texts of a domain, untranslated."""
    with MAPPING.open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)  # type: ignore[no-untyped-call]
    keywords = parse_keywords(domain.keywords)
    template = Catalog()
    for file in source_files(domain):
        found = check_and_call_extract_file(
            str(file), methods, options, None, keywords, (), strip_comment_tags=False, dirpath=str(ROOT)
        )
        for name, line, msgid, comments, context in found:
            template.add(msgid, None, [(name, line)], auto_comments=comments, context=context)
    if domain.name == "theme":
        for title in titles():
            template.add(title, None, [(TITLES_FILE, 0)])
    return template


def source_files(domain: Domain) -> list[Path]:
    """Return the files of a domain in a lasting order."""
    return sorted(file for pattern in domain.sources for file in ROOT.glob(pattern))


def calls(
    source: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, object]
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """Collect literal arguments from Python, in f-strings too; Babel's own method misses those."""
    for node in ast.walk(ast.parse(source.read())):
        if isinstance(node, ast.Call) and (name := called(node.func)) in keywords:
            yield node.lineno, name, tuple(literal(argument) for argument in node.args), []


def called(function: ast.expr) -> str:
    """Return the last part of a called name."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def literal(argument: ast.expr) -> str | None:
    """Return a text that stands in the source, or None for anything else."""
    match argument:
        case ast.Constant(value=str(text)):
            return text
    return None


def unseen(domain: Domain) -> Iterator[str]:
    """Yield the places whose texts cannot be collected."""
    names = parse_keywords(domain.keywords).keys()
    for file in source_files(domain):
        name = file.relative_to(ROOT).as_posix()
        if file.suffix == ".py" and name not in domain.indirect:
            with file.open("rb") as stream:
                found = calls(stream, names, (), {})
                yield from (f"{name}:{line}" for line, _, arguments, _ in found if arguments[:1] == (None,))


def titles() -> Iterable[str]:
    """Return the page titles that only reach gettext at run time."""
    from congtin.build.contexts import TITLES

    return TITLES.values()


def read(po_file: Path, lang: str) -> Catalog:
    """Return the catalogue; a new one where there is none yet."""
    if not po_file.is_file():
        return Catalog(locale=lang)
    with po_file.open("rb") as stream:
        return read_po(stream, locale=lang, abort_invalid=True)


def write(catalogue: Catalog, po_file: Path) -> None:
    """Write the texts in alphabetical order under a header that says nothing of the time."""
    po_file.parent.mkdir(parents=True, exist_ok=True)
    with po_file.open("wb") as stream:
        stream.write(header(catalogue).encode())
        write_po(
            stream, catalogue, width=0, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False
        )


def header(catalogue: Catalog) -> str:
    """Return the first entry: language, encoding and plural forms."""
    fields = (
        "Project-Id-Version: Côngtin",
        f"Language: {catalogue.locale_identifier}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{field}\\n"\n' for field in fields) + "\n"


def update() -> int:
    """Bring every catalogue in step with the sources, keeping what is translated."""
    for domain in DOMAINS:
        template = extract(domain)
        for lang, po_file in domain.po_files().items():
            catalogue = read(po_file, lang)
            catalogue.update(template, no_fuzzy_matching=True)
            write(catalogue, po_file)
            open_texts = sum(1 for m in texts(catalogue) if not complete(m) or m.fuzzy)
            print(f"{po_file.relative_to(ROOT)}: {len(catalogue)} texts, {open_texts} to translate")
    return 0


def check() -> int:
    """List what is wrong with every catalogue; 1 when anything is."""
    wrong = 0
    for domain in DOMAINS:
        template = extract(domain)
        for place in unseen(domain):
            print(f"{place}: the text is no literal, so no catalogue can hold it")
            wrong += 1
        for lang, po_file in domain.po_files().items():
            for finding, message in findings(template, read(po_file, lang)):
                print(f"{po_file.relative_to(ROOT)}: {finding}: {msgids(message)[0]!r}")
                wrong += 1
    return 1 if wrong else 0


def findings(template: Catalog, catalogue: Catalog) -> Iterator[tuple[str, Message]]:
    """Yield (what is wrong, text) of one catalogue."""
    catalogue.update(template, no_fuzzy_matching=True)
    for message in sorted(texts(catalogue)):
        if not complete(message):
            yield "missing", message
        elif message.fuzzy:
            yield "fuzzy", message
        elif not same_places(message):
            yield "wrong placeholders", message
    for message in sorted(catalogue.obsolete.values()):
        yield "obsolete", message


def texts(catalogue: Catalog) -> list[Message]:
    """Return all entries but the header."""
    return [message for message in catalogue if message.id]


def msgids(message: Message) -> tuple[str, ...]:
    """Return the English text, or its singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings(message: Message) -> tuple[str, ...]:
    """Return the translation, or one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def complete(message: Message) -> bool:
    """Tell whether every form is translated."""
    return all(strings(message))


def same_places(message: Message) -> bool:
    """Tell whether every form fills the places of the (last) English text, each as often."""
    wanted = sorted(_PLACE.findall(msgids(message)[-1]))
    return all(sorted(_PLACE.findall(text)) == wanted for text in strings(message))


def main(arguments: list[str]) -> int:
    """Run one of the two commands and return the exit code."""
    commands = {"update": update, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    sys.path.insert(0, str(ROOT))
    return commands[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
