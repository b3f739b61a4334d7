"""What people do to Sites, the vocabulary and the theme between two builds."""

from __future__ import annotations

import re

from series import Series
from series_steps import entry_of, one, step
from series_world import PORTAL, THEME, Answer, Data

TEMPLATES = f"{THEME}/templates"
_WARDS = (("Lim", "lim"), ("Lim Hai", "limhai"), ("Lim Ba", "limba"))
_ENDS = ("", "2026-11-23", "2026-11-22", "2026-12-31")


def site_of(series: Series, which: int) -> str:
    return one(series.facts.site_names(), which)


@step
def rename_site(series: Series, which: int, how: int) -> None:
    """Give a Site another name, sometimes another host."""
    name = site_of(series, which)
    site = series.facts.site(name)
    site["name"] = {**site["name"], "vi": f"Trang {name.rpartition('/')[2]} {how}"}
    if name == "ha/lim" and how % 2:
        short, label = one(_WARDS, how // 2)
        site["short_name"], site["label"] = {"vi": short}, label


@step
def describe_site(series: Series, which: int, how: int) -> None:
    """Change a fact that stands on the Site's pages, or in security.txt."""
    site = series.facts.site(site_of(series, which))
    name, value = one(
        (
            ("contact", {"email": f"hop-thu{how}@ha.gov.vn", "hours": "Giờ hành chính"}),
            ("channels", [{"label": {"vi": f"Kênh {how}"}, "url": "https://vi-du.vn/kenh"}]),
            ("services_url", f"https://vi-du.vn/dich-vu-{how}"),
            ("owning_authority", f"UBND {how}"),
            ("attribution", {"vi": f"Nguồn {how}"}),
            ("security_contact", f"https://vi-du.vn/bao-{how}"),
            ("report_error", one((f"loi{how}@ha.gov.vn", "https://vi-du.vn/bao-loi"), how)),
            ("status", {"retired_on": one(_ENDS[1:], how // 8), "retired_reason": {"vi": f"Giải thể {how}"}}),
            ("emc_site_id", str(how)),
        ),
        how,
    )
    if name == "status":
        retire(site, value)
    elif site.get(name) == value and site["kind"] != "portal":
        del site[name]
    else:
        site[name] = value


def retire(site: Data, end: Data) -> None:
    """Retire a component Site, sometimes with a successor that is there, or take that back."""
    if site["kind"] == "portal":
        return
    if site.pop("status", ""):
        for name in (*end, "successor"):
            site.pop(name, None)
    else:
        successor = one((PORTAL, "https://vi-du.vn/"), int(end["retired_on"][-1]))
        site |= {"status": "retired", **end, "successor": successor}


@step
def describe_portal(series: Series, which: int, how: int) -> None:
    """Change the Portal's name, or where its languages are addressed."""
    portal = series.facts.portal["portal"]
    if which % 3 == 0:
        portal["name"] = {"vi": f"Thành phố {how}", "en": "Ha City"}
    else:
        english = one(({"path": "english"}, {"host": "en.ha.gov.vn"}, {"path": "tieng-anh"}), how)
        portal["language_addresses"]["portal"] = {"en": english}


@step
def set_languages(series: Series, which: int, how: int) -> None:
    """Add or remove a language of a Site, or change which is the first."""
    name = site_of(series, which)
    languages = one((["vi"], ["vi", "en"], ["en", "vi"], ["vi", "en", "zh"]), how)
    if all(entry.lang in languages for entry in series.facts.entries.values() if entry.site == name):
        series.facts.site(name)["languages"] = languages


@step
def set_fallback(series: Series, which: int, how: int) -> None:
    policy = {"default": one(("hide", "show-original"), how)}
    if which % 2:
        series.facts.defaults["fallback"] = policy
    else:
        series.facts.site(site_of(series, which // 2))["fallback"] = policy


@step
def accept(series: Series, which: int, how: int) -> None:
    """Add a rule, end one, or take one away."""
    facts, name = series.facts, site_of(series, which)
    inherited = [] if name == PORTAL else facts.portal["defaults"]["accepts"]
    rules = list(facts.site(name).get("accepts", inherited))
    origin = one([other for other in facts.site_names() if other != name], how // 4)
    into = one(facts.sections_of_kind(name, "article"), how)
    rule = {"from": origin, "sections": facts.sections_of_kind(origin, "article")[:1], "into": into}
    rule["mode"] = one(("copy", "link", "copy"), how // 3)
    if how % 4 == 1 and rules:
        rules[-1] = {**rules[-1], "ended": one(_ENDS[1:], how // 4)}
    elif how % 4 == 2:
        rules = rules[:-1]
    elif how % 4 == 3:
        rules = [{**rule, "tags": list(facts.vocabulary["tags"])[:1]}, *rules]
    else:
        rules = [rule, *rules]
    facts.site(name)["accepts"] = rules


@step
def answer(series: Series, which: int, how: int) -> None:
    """Pick or refuse an offered Item, end the copy, or take the answer back."""
    facts, name = series.facts, site_of(series, how // 5)
    entry = entry_of(series, which)
    if not entry or entry.site == name or not facts.sections_of_kind(name, entry.kind):
        return
    if how % 5 == 0 and (name, entry.number) in facts.answers:
        del facts.answers[name, entry.number]
    elif how % 5 == 1:
        facts.answers[name, entry.number] = Answer(refused=f"Trùng {how}")
    else:
        if name not in facts.offered(entry.offers):
            entry.offers, entry.ended = [*entry.offers, name], []
        into = one(facts.sections_of_kind(name, entry.kind), how)
        facts.answers[name, entry.number] = Answer(into, one(_ENDS, how // 2), one(("copy", "copy", "link"), how // 5))


@step
def alert(series: Series, which: int, how: int) -> None:
    """Put up a banner over some Sites or one, put it otherwise, or take it away."""
    facts = series.facts
    owner = one(["ha", *facts.site_names()], which)
    key = (owner, f"tin-{how % 2}")
    entry = entry_of(series, how)
    if how % 3 == 0 and key in facts.alerts:
        del facts.alerts[key]
        return
    begins, until = one((("2026-11-01", "2026-11-24"), ("2026-11-23", "2027-06-01"), ("2026-01-01", "2028-01-01")), how)
    facts.alerts[key] = {
        "level": one(("danger", "warning", "information"), how),
        "text": {"vi": f"Tin khẩn {how}", **({"en": f"Alert {how}"} if how % 2 else {})},
        "from": f"{begins}T08:00:00+07:00",
        "until": f"{until}T08:00:00+07:00",
        "item": entry.number if entry and how % 5 else 0,
        **({"to": one((["ha/*"], ["ha/*:ward"], ["ha/mai", PORTAL]), how // 3)} if owner == "ha" else {}),
    }


@step
def add_site(series: Series, which: int, how: int) -> None:
    name = f"so-{which % 3}"
    series.facts.sites.setdefault(
        f"ha/{name}", {"kind": "department", "name": {"vi": f"Sở {which}"}, "label": name, "languages": ["vi"]}
    )


@step
def remove_site(series: Series, which: int, how: int) -> None:
    """Remove a Site with all it holds."""
    facts = series.facts
    if facts.sites:
        name = one(list(facts.sites), which)
        del facts.sites[name]
        facts.entries = {number: entry for number, entry in facts.entries.items() if entry.site != name}


@step
def add_section(series: Series, which: int, how: int) -> None:
    site = series.facts.site(site_of(series, which))
    kind = one(("articles", "documents", "pages"), how)
    label = {"vi": f"Mục {how}", "en": f"Section {how}"}
    site.setdefault("sections", {}).setdefault(f"muc-{how % 4}", {"label": label, "kind": kind})


@step
def relabel_section(series: Series, which: int, how: int) -> None:
    """Call a section otherwise; one that is inherited is named by the Site for that."""
    name = site_of(series, which)
    section, data = one(list(series.facts.sections(name).items()), how)
    sections = series.facts.site(name).setdefault("sections", {})
    sections[section] = {**data, "label": {"vi": f"Mục {section} {how}"}}


@step
def keep_section_in_a_language(series: Series, which: int, how: int) -> None:
    name = site_of(series, which)
    section, data = one(list(series.facts.sections(name).items()), how)
    sections = series.facts.site(name).setdefault("sections", {})
    sections[section] = {**data, "lang": one(series.facts.languages(name), how)}


@step
def reorder_sections(series: Series, which: int, how: int) -> None:
    sections = series.facts.site(site_of(series, which)).get("sections", {})
    for section in list(sections)[: how % 3]:
        sections[section] = sections.pop(section)


@step
def remove_section(series: Series, which: int, how: int) -> None:
    """Remove a section of a Site's own that no Item stands in."""
    name = site_of(series, which)
    sections = series.facts.site(name).get("sections", {})
    inherited = {} if name == PORTAL else series.facts.portal["defaults"]["sections"]
    used = {entry.section for entry in series.facts.entries.values() if entry.site == name}
    free = [section for section in sections if section not in used and section not in inherited]
    if free and (name != PORTAL or len(free) > 1):
        del sections[one(free, how)]


@step
def set_vocabulary(series: Series, which: int, how: int) -> None:
    """Change the label of a term, or add or remove a tag."""
    vocabulary = series.facts.vocabulary
    if which % 4 == 0:
        vocabulary["tags"][f"the-{how % 3}"] = {"vi": f"Thẻ {how}"}
    elif which % 4 == 1 and len(vocabulary["tags"]) > 2:
        del vocabulary["tags"][list(vocabulary["tags"])[-1]]
    else:
        terms = vocabulary[one(("tags", "document_types", "document_fields"), which // 4)]
        terms[one(list(terms), how)] = {"vi": f"Từ {how}", "en": f"Term {how}"}


# The theme.


@step
def edit_template(series: Series, which: int, how: int) -> None:
    """Write something into a template."""
    theme = series.facts.theme
    path = one(sorted(path for path in theme if path.startswith(TEMPLATES)), which)
    text = theme[path].decode()
    edited, count = re.subn(r"(\{% block \w+ %\})", rf"\1<!-- {how} -->", text, count=1)
    theme[path] = (edited if count else f"{text}<!-- {how} -->\n").encode()


@step
def edit_static(series: Series, which: int, how: int) -> None:
    """Change the style sheet, or add or remove a file beside it."""
    theme, extra = series.facts.theme, f"{THEME}/static/them.css"
    if which % 3 == 0:
        theme[f"{THEME}/static/style.css"] += f"/* {how} */\n".encode()
    elif extra in theme:
        del theme[extra]
    else:
        theme[extra] = f"/* {how} */\n".encode()


@step
def edit_interface(series: Series, which: int, how: int) -> None:
    """Change one word of the interface in one language."""
    theme = series.facts.theme
    path = one([f"{THEME}/translations/{lang}/LC_MESSAGES/theme.po" for lang in ("vi", "zh")], which)
    words = list(re.finditer(r'^msgid "(\w[^"]*)"\nmsgstr "(\w[^"]*)"$', theme[path].decode(), re.MULTILINE))
    word = one(words, how)
    theme[path] = theme[path].decode().replace(word[0], f'{word[0][:-1]} *"').encode()
