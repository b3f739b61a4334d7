"""Office files and other archives: a ZIP is opened and looked through, nothing of it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib

from congtin.media.facts import BadMedia, MediaFacts
from congtin.messages import msg

MOST_UNPACKED = 500_000_000
MOST_FILES = 10_000
# What only a file of that kind holds; OpenDocument says its kind in a file of its own.
_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_KIND = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
_MACROS = ("vbaproject.bin", "basic/", "scripts/", "macros/")
_RUN = (".exe", ".dll", ".com", ".bat", ".cmd", ".msi", ".scr", ".ps1", ".vbs", ".js", ".jar", ".lnk", ".hta")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def facts_of(data: bytes, suffix: str) -> MediaFacts:
    """Look into an archive; raise BadMedia when it is broken, locked, a bomb, another kind, or holds programs (D3)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _require_sound(parts)
            _require_kind(archive, suffix)
            broken = archive.testzip() if sum(part.file_size for part in parts) <= len(data) * 20 else None
    except _BROKEN as error:
        text = msg("The file cannot be opened: {detail}.", detail=str(error).rstrip("."))
        raise BadMedia("archive-unreadable", text, _AGAIN) from error
    if broken:
        text = msg("The file is damaged: {name}.", name=broken)
        raise BadMedia("archive-unreadable", text, _AGAIN)
    return MediaFacts()


_AGAIN = msg("Open it in the program it was made with, save it anew, and look at the result.")


def _require_sound(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > MOST_UNPACKED:
        text = msg("Unpacked, the file would be too large.")
        raise BadMedia("archive-too-large", text, msg("Divide it, or publish what is in it as files of their own."))
    for part in parts:
        name = part.filename.lower().replace("\\", "/")
        if part.flag_bits & 1:
            text = msg("The file asks for a password.")
            raise BadMedia("archive-locked", text, msg("Save it without a password: every citizen may read it."))
        if name.startswith("/") or ".." in name.split("/"):
            text = msg("“{name}” would be unpacked outside its folder.", name=part.filename[:80])
            raise BadMedia("archive-unsafe", text, msg("Pack it anew."))
        if name.endswith(_RUN):
            text = msg("“{name}” is a program.", name=part.filename[:80])
            raise BadMedia("archive-unsafe", text, msg("Take it out: nobody should run what a website hands out."))


def _require_kind(archive: zipfile.ZipFile, suffix: str) -> None:
    names = {name.lower() for name in archive.namelist()}
    if suffix == "zip":
        return
    part, kind = _PART.get(suffix), _KIND.get(suffix)
    fits = part in names if part else False
    if kind and "mimetype" in names:
        told = archive.read("mimetype")[:100].decode("ascii", "replace").strip()
        fits = told == f"application/vnd.oasis.opendocument.{kind}"
    if not fits:
        text = msg("The file is no {kind} file inside.", kind=f".{suffix}")
        hint = msg("Save it again in the format its name ends with: renaming a file does not convert it.")
        raise BadMedia("media-type", text, hint)
    if any(name.endswith(_MACROS[0]) or name.startswith(_MACROS[1:]) for name in names):
        text = msg("The file holds macros.")
        raise BadMedia("archive-unsafe", text, msg("Save it without macros, or as PDF."))
