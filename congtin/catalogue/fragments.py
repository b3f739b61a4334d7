"""A Fragment as the text the store keeps: no page's place, no Edition's words in it."""

from __future__ import annotations

import json

from congtin.catalogue.markdown import Fragment, Heading


def fragment_data(fragment: Fragment) -> str:
    """Return a Fragment as text: what is known of its HTML in one line, then the HTML as it is.

    A build reads every text, and most of a text is HTML: it is not worth parsing.
    """
    known = json.dumps(
        {
            "headings": [[h.level, h.id, h.text] for h in fragment.headings],
            "links": fragment.links,
            "images": fragment.images,
            "empty": fragment.empty,
        },
        ensure_ascii=False,
    )
    return f"{known}\n{fragment.html}"


def fragment_of(data: str) -> Fragment:
    """Return the Fragment from its text."""
    known, _, html = data.partition("\n")
    fields = json.loads(known)
    return Fragment(
        html=html,
        headings=tuple(Heading(*heading) for heading in fields["headings"]),
        links=tuple(fields["links"]),
        images=tuple((source, alternative) for source, alternative in fields["images"]),
        empty=fields["empty"],
    )
