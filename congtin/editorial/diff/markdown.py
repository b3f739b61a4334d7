"""The blocks of a Source's text as its reader meets them, and all that the reader does not see, spelled out.

Addresses stand in ‹ › behind the words that lead there, which are in square brackets; raw HTML, breaks and the
ids of headings stand in ‹ › too; emphasis keeps its asterisks. Such signs of the text itself have a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyromark

from congtin.catalogue.markdown import OPTIONS
from congtin.editorial.diff.model import Shape
from congtin.editorial.diff.passages import Block
from congtin.editorial.diff.visible import visible, visible_address

MOST_CHARACTERS = 400_000
"""Longer texts are compared by lines only."""

PICTURE = "‹▣›"
_MARKS = {"Emphasis": "*", "Strong": "**", "Strikethrough": "~~"}
_LEAVES = {"Paragraph": Shape.PARAGRAPH, "DefinitionListTitle": Shape.TERM}
_ALIGNED = {"None": "", "Left": " ‹←›", "Center": " ‹↔›", "Right": " ‹→›"}
_SIGNS = re.compile(r"[*~`\\|\[\]]")


def blocks_of(body: str) -> list[Block]:
    """Return the blocks of Markdown ``body``.

    Text in the dialect `python-markdown` is read as CommonMark too: what only that dialect understands is then
    seen as it is written.
    """
    reader = _Reader()
    for event in pyromark.events(body, options=OPTIONS):
        reader.take(event)
    return reader.blocks


class _Reader:
    """Turns the parser's events into blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.text: list[str] = []
        self.shape = Shape.PARAGRAPH
        self.level = 0
        self.prefix = ""
        self.suffix = ""
        # What the block stands in: (what is compared, what is shown first, what is shown on).
        self.inside: list[list[str]] = []
        self.numbers: list[int | None] = []
        self.links: list[tuple[int, Mapping[str, Any]]] = []
        self.aligned: tuple[str, ...] = ()
        self.cell = 0

    def take(self, event: Any) -> None:
        match event:
            case {"Text": text} | {"Code": text} | {"Html": text} | {"InlineHtml": text} | {"FootnoteReference": text}:
                self.take_text(next(iter(event)), text)
            case {"Start": tag}:
                self.start(*_named(tag))
            case {"End": tag}:
                self.end(_named(tag)[0])
            case "SoftBreak":
                self.text.append(" ")
            case "HardBreak":
                self.text.append(" ‹br› ")
            case _:  # a rule
                self.flush()
                self.put(Shape.RULE, "‹hr›")

    def take_text(self, kind: str, text: str) -> None:
        if kind == "Html" or (kind == "Text" and self.shape is Shape.CODE):
            self.text.append(text)  # made visible line by line
        elif kind == "Text":
            self.text.append(_SIGNS.sub(r"\\\g<0>", visible(text)))
        elif kind == "Code":
            self.text.append(f"`{visible(text)}`")
        elif kind == "InlineHtml":
            self.text.append(f"‹{visible(text)}›")
        else:
            self.text.append(f"‹^{visible(text)}›")

    def start(self, tag: str, value: Any) -> None:
        if tag in _MARKS:
            self.text.append(_MARKS[tag])
        elif tag in {"Link", "Image"}:
            self.links.append((len(self.text), value))
            self.text.append("[" if tag == "Link" else f"{PICTURE} ")
        elif tag == "TableCell":
            self.text.append(" | " if self.cell else "")
            self.cell += 1
        else:
            self.flush()
            self.start_block(tag, value)

    def start_block(self, tag: str, value: Any) -> None:
        self.shape = _LEAVES.get(tag, self.shape)
        if tag == "Heading":
            self.shape, self.level = Shape.HEADING, int(value["level"][1])
            self.suffix = _heading_marks(value)
        elif tag == "CodeBlock":
            info = value["Fenced"] if isinstance(value, Mapping) else ""
            self.put(Shape.CODE, f"‹```{visible(info)}›")
            self.shape = Shape.CODE
        elif tag == "HtmlBlock":
            self.shape = Shape.HTML
        elif tag == "Table":
            self.aligned = tuple(value)
        elif tag in {"TableHead", "TableRow"}:
            self.shape, self.cell = Shape.ROW, 0
            self.level = int(tag == "TableHead")
        else:
            self.start_container(tag, value)

    def start_container(self, tag: str, value: Any) -> None:
        if tag == "BlockQuote":
            self.inside.append([">", "> ", "> "])
        elif tag == "List":
            self.numbers.append(value)
        elif tag == "Item":
            self.start_item()
        elif tag == "FootnoteDefinition":
            label = f"[^{visible(value)}]"
            self.inside.append([label, f"{label}: ", "    "])
        elif tag == "DefinitionListDefinition":
            self.shape = Shape.DEFINITION
            self.inside.append([":", ": ", "  "])

    def start_item(self) -> None:
        number = self.numbers[-1] if self.numbers else None
        self.shape = Shape.ITEM
        if number is None:
            self.inside.append(["-", "• ", "  "])
        else:
            self.numbers[-1] = number + 1
            self.inside.append(["#", "", "   "])
            self.prefix = f"{number}. "

    def end(self, tag: str) -> None:
        if tag in _MARKS:
            self.text.append(_MARKS[tag])
        elif tag in {"Link", "Image"}:
            self.text.append("]" if tag == "Link" else "")
            self.end_link(*self.links.pop())
        elif tag == "TableCell":
            self.text.append(_ALIGNED[self.aligned[self.cell - 1]] if self.level and self.aligned else "")
        else:
            self.flush()
            if tag in {"BlockQuote", "Item", "FootnoteDefinition", "DefinitionListDefinition"} and self.inside:
                self.inside.pop()
            if tag == "List" and self.numbers:
                self.numbers.pop()

    def end_link(self, began: int, value: Mapping[str, Any]) -> None:
        target = ("mailto:" if value["link_type"] == "Email" else "") + value["dest_url"]
        title = f' "{visible(value["title"])}"' if value["title"] else ""
        address = f"‹{visible_address(target)}{title}›"
        if value["link_type"] in {"Autolink", "Email"}:  # the words are the address
            self.text[began:] = [address]
        else:
            self.text.append(f" {address}")

    def flush(self) -> None:
        """Close the block that is open, if there is one."""
        text = "".join(self.text)
        self.text.clear()
        if self.shape in {Shape.CODE, Shape.HTML}:
            for line in text.removesuffix("\n").split("\n") if text else ():
                shown = visible(line)
                self.put(self.shape, f"‹{shown}›" if self.shape is Shape.HTML else shown)
        elif text.strip() or self.shape is Shape.HEADING or (self.shape is Shape.ROW and self.cell):
            alone = self.shape is Shape.PARAGRAPH and text.startswith(PICTURE) and text.count("‹") == 2
            picture = alone and text.endswith("›")
            self.put(Shape.PICTURE if picture else self.shape, text.strip() + self.suffix)
        self.shape, self.level, self.suffix, self.cell = Shape.PARAGRAPH, 0, "", 0

    def put(self, shape: Shape, text: str) -> None:
        inside = "".join(f"{entry[0]} " for entry in self.inside)
        lead = "".join(entry[1] for entry in self.inside)
        for entry in self.inside:
            # A later block of the same entry stands below it, without the entry's mark.
            entry[0], entry[1] = entry[0].removesuffix("_") + ("" if entry[0] == ">" else "_"), entry[2]
        self.blocks.append(Block(shape, text, inside, self.level, lead, self.prefix))
        self.prefix = ""


def _named(tag: Any) -> tuple[str, Any]:
    """Return (name, value) of a tag: the parser writes some as a word, others as a mapping of one key."""
    if isinstance(tag, str):
        return tag, None
    name, value = next(iter(tag.items()))
    return name, value


def _heading_marks(value: Mapping[str, Any]) -> str:
    marks = [f"#{visible(value['id'])}"] if value["id"] else []
    marks += [f".{visible(name)}" for name in value["classes"]]
    marks += [visible(key if given is None else f"{key}={given}") for key, given in value["attrs"]]
    return f" ‹{' '.join(marks)}›" if marks else ""
