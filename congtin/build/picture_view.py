"""How a page offers a picture: the sizes browsers choose from, and the one for those that know none of them."""

from __future__ import annotations

from congtin.build.view_types import PictureView
from congtin.catalogue.source import Media
from congtin.media.facts import MediaFacts
from congtin.media.variants import fallback, modern


def picture_view(media: Media, facts: MediaFacts, folder: str) -> PictureView:
    """Return a picture that lies in ``folder``, an address with a slash at its end."""
    sizes, last = modern(facts), fallback(facts)
    shown = sizes[-1] if sizes else facts
    return PictureView(
        url=folder + (last.name(media.name, media.blob) if last else media.name),
        width=shown.width,
        height=shown.height,
        sources=(
            (
                sizes[0].type,
                ", ".join(f"{folder}{size.name(media.name, media.blob)} {size.width}w" for size in sizes),
            ),
        )
        if sizes
        else (),
        full=folder + media.name,
    )
