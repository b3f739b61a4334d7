"""Data of private persons: numbers of identity papers, mobile numbers, e-mail addresses (D6, H2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from itertools import islice

from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.network.network import Network

_GAP = r"[ .\u00a0-]"
# Every number of a citizen card begins with a province, and every province with a nought.
_CARD = re.compile(rf"(?<![\w.,/=-])0\d\d(?:{_GAP}?\d){{9}}(?!\w|[ .,\u00a0-]\d)")
_GROUPS = {(12,), (3, 9), (3, 3, 6), (3, 3, 3, 3), (3, 1, 2, 6), (4, 4, 4)}
_PROVINCES = frozenset(
    {1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44}
    | {45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89}
    | {91, 92, 93, 94, 95, 96}
)
_LATEST_BIRTH = 40
"""Two digits of a year of this century in which a bearer may be born; far enough for long."""
_CONTEXT = re.compile(
    r"CCCD|CMND|CMTND|ĐDCN|căn[ \u00a0]+cước|định[ \u00a0]+danh|chứng[ \u00a0]+minh|identity|\bID (?:card|number)",
    re.IGNORECASE,
)
_OLD = re.compile(
    rf"(?:CMND|CMTND|chứng[ \u00a0]+minh[ \u00a0]+(?:nhân[ \u00a0]+dân|thư))[^\n\d]{{0,40}}"
    rf"(?P<number>\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}})(?!\w|{_GAP}?\d)",
    re.IGNORECASE,
)
_PASSPORT = re.compile(r"(?:hộ[ \u00a0]+chiếu|passport)[^\n\d]{0,40}?\b(?P<number>[A-Z]\d{7})\b", re.IGNORECASE)
_WINDOW = 300
_MOST = 20
"""So many findings in one text are enough to send it back."""
# Sooner looked for, and seldom there.
_DIGITS = re.compile(r"0\d\d[ .\u00a0-]?\d[ .\u00a0-]?\d\d")
_OLD_WORDS = ("CMND", "CMTND", "cmnd", "inh nhân dân", "inh thư", "INH NHÂN DÂN", "INH THƯ")
_PASSPORT_WORDS = ("ộ chiếu", "Ộ CHIẾU", "assport", "ASSPORT")

_HIDE = msg("Take it out, or hide its middle digits: 001********5; ask whose data they are before you keep them.")


def inspect_id_numbers(path: str, text: str) -> Iterator[Problem]:
    """Yield the first numbers of identity papers in one Source; the number itself is not repeated."""
    yield from islice(_id_numbers(path, text), _MOST)


def _id_numbers(path: str, text: str) -> Iterator[Problem]:
    if _DIGITS.search(text):
        yield from (_card(path, text, match) for match in _CARD.finditer(text) if _is_card(match[0]))
    if any(word in text for word in _OLD_WORDS):
        for match in _OLD.finditer(text):
            words = msg("The number of an old identity card stands here.")
            yield Problem("id-number", words, path, _line(text, match.start("number")), _HIDE)
    if any(word in text for word in _PASSPORT_WORDS):
        for match in _PASSPORT.finditer(text):
            words = msg("The number of a passport stands here.")
            yield Problem("id-number", words, path, _line(text, match.start("number")), _HIDE)


def _card(path: str, text: str, match: re.Match[str]) -> Problem:
    line = _line(text, match.start())
    if _CONTEXT.search(_before(text, match.start())):
        words = msg("The number of a citizen identity card stands here.")
        return Problem("id-number", words, path, line, _HIDE)
    words = msg("This may be the number of a citizen identity card.")
    return Problem("maybe-id-number", words, path, line, _HIDE, Severity.WARNING)


def _before(text: str, at: int) -> str:
    """Return what may say what a number is: the text before it, and of a table the first lines."""
    start = text.rfind("\n", 0, at) + 1
    head = start
    while text.startswith("|", head):
        above = text.rfind("\n", 0, max(head - 1, 0)) + 1
        if above == head or not text.startswith("|", above):
            break
        head = above
    return text[head : head + _WINDOW] + "\n" + text[max(0, at - _WINDOW) : at]


def _is_card(written: str) -> bool:
    groups = re.split(_GAP, written)
    digits = "".join(groups)
    if tuple(map(len, groups)) not in _GROUPS or int(digits[:3]) not in _PROVINCES:
        return False
    century, year = int(digits[3]), int(digits[4:6])
    return century in (0, 1) or (century in (2, 3) and year <= _LATEST_BIRTH)


_MOBILE = re.compile(
    rf"(?<![\w.,/=+-])(?:\+84{_GAP}?|0084{_GAP}?|0)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)(?:{_GAP}?\d){{7}}(?!\w|[.,]?\d)"
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
_OFFICE = re.compile(r"đường[ \u00a0]+dây[ \u00a0]+nóng|hotline|tổng[ \u00a0]+đài|\btrực\b", re.IGNORECASE)
_OFFICIAL_DOMAINS = ("gov.vn", "chinhphu.vn", "quochoi.vn", "dangcongsan.vn")
_NEAR = 80


def inspect_contacts(
    path: str, text: str, network: Network, official: Callable[[], Container[str]]
) -> Iterator[Problem]:
    """Yield the first mobile numbers and e-mail addresses that are no office's; hotlines and ``official`` ones are."""
    yield from islice(_contacts(path, text, network, official), _MOST)


def _contacts(path: str, text: str, network: Network, official: Callable[[], Container[str]]) -> Iterator[Problem]:
    for match in _MOBILE.finditer(text):
        near = text[max(0, match.start() - _NEAR) : match.start()]
        if not _OFFICE.search(near) and _number(match[0]) not in official():
            words = msg("A mobile number stands here; is it that of a private person?")
            yield Problem("personal-phone", words, path, _line(text, match.start()), _OFFICE_HINT, Severity.WARNING)
    for match in _MAIL.finditer(text):
        if not is_official(match["domain"], network) and match[0].casefold() not in official():
            words = msg(
                "The e-mail address “{address}” is no office’s; is it that of a private person?", address=match[0]
            )
            yield Problem("personal-email", words, path, _line(text, match.start()), _OFFICE_HINT, Severity.WARNING)


_OFFICE_HINT = msg(
    "Give the office’s own instead; those that stand in the “contact” of a Site are known to be official."
)


def is_official(host: str, network: Network) -> bool:
    """Tell whether a host belongs to an authority: to the State’s domains, or to the Network."""
    name = host.casefold().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in (*_OFFICIAL_DOMAINS, *_own_domains(network)))


def _own_domains(network: Network) -> set[str]:
    return {portal.options.parent_host for portal in network.portals.values()}


def official_contacts(network: Network) -> frozenset[str]:
    """Return the numbers and addresses that the Sites give as their own."""
    texts = [
        value
        for site in network.sites.values()
        for value in (
            *site.options.contact.model_dump().values(),
            site.options.security_contact,
            site.options.report_error,
            *(channel.url for channel in site.options.channels),
        )
        if value
    ]
    numbers = {_number(match[0]) for value in texts for match in re.finditer(r"\+?\d[\d .\u00a0-]{7,}", value)}
    return frozenset(numbers | {match[0].casefold() for value in texts for match in _MAIL.finditer(value)})


def _number(written: str) -> str:
    """Return a telephone number in one form."""
    digits = re.sub(r"\D", "", written)
    return "0" + re.sub(r"^(?:0084|84|0)", "", digits)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
