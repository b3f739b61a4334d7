"""PDF files by PDFium: how many pages there are, and whether there is text that can be searched and read out."""

from __future__ import annotations

import pypdfium2
from pypdfium2 import PdfiumError
from pypdfium2.raw import FPDF_ERR_PASSWORD

from congtin.media.facts import BadMedia, MediaFacts
from congtin.messages import msg

MOST_PAGES = 5000
FIRST_PAGES = 20
"""Where text begins only later, a person looks in vain for it at first, too."""
FEW_LETTERS = 20
"""A scanner's stamp or a page number is no text."""


def facts_of(data: bytes) -> MediaFacts:
    """Return what a PDF is; raise BadMedia when it is broken, locked, or larger than anybody reads (D3)."""
    try:
        document = pypdfium2.PdfDocument(data)
    except PdfiumError as error:
        raise _unreadable(error) from error
    try:
        pages = len(document)
        if not 0 < pages <= MOST_PAGES:
            text = msg("The PDF has {pages} pages.", pages=pages)
            raise BadMedia("pdf-unreadable", text, msg("Between 1 and {most} can be published.", most=MOST_PAGES))
        return MediaFacts(pages=pages, has_text=_has_text(document, min(pages, FIRST_PAGES)))
    except PdfiumError as error:
        raise _unreadable(error) from error
    finally:
        document.close()


def _has_text(document: pypdfium2.PdfDocument, pages: int) -> bool:
    letters = 0
    for number in range(pages):
        page = document[number]
        text = page.get_textpage()
        letters += sum(map(str.isalnum, text.get_text_bounded()))
        text.close()
        page.close()
        if letters >= FEW_LETTERS:
            return True
    return False


def _unreadable(error: PdfiumError) -> BadMedia:
    if getattr(error, "err_code", None) == FPDF_ERR_PASSWORD:
        text = msg("The PDF asks for a password.")
        return BadMedia("pdf-locked", text, msg("Save it without a password: every citizen may read it."))
    return BadMedia(
        "pdf-unreadable",
        msg("The PDF cannot be read: {detail}", detail=str(error)),
        msg("Open it in a PDF program, save it anew, and look at the result."),
    )
