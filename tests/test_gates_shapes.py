"""The audit opens one page of every shape: two pages of one shape must be alike for axe."""

from __future__ import annotations

from gates.shapes import shape


def test_pages_of_one_shape_differ_in_words_alone():
    """A list is like a longer list; a page with another class, state or element, or without an alternative, is not."""
    page = '<html lang="vi"><main><h1>A</h1><ul><li><a href="/a">a</a></li></ul><img src="a" alt="b"></main></html>'

    def like(old: str, new: str) -> bool:
        assert old in page
        return shape(page.replace(old, new).encode()) == shape(page.encode())

    assert like("<h1>A", "<h1>Bốn") and like('href="/a"', 'href="/b"') and like('alt="b"', 'alt="c"')
    assert like("</ul>", '<li><a href="/c">c</a></li></ul>')
    assert not like('alt="b"', 'alt=""') and not like("<li>", '<li class="of">') and not like(">a<", "><")
    assert not like("<ul>", '<ul aria-hidden="true">') and not like("</ul>", "<li>c</li></ul>")
    assert not like('lang="vi"', 'lang="en"')
