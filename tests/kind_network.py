"""A tiny network whose theme brings a kind of its own: hearings, with every sort of field that matters to lists."""

from __future__ import annotations

import shutil
from pathlib import Path

from network import REPOSITORY, TinyNetwork, item_id

KIND = """\
-- themes/base/kinds/hearing/kind.yaml --
label: {vi: Phiên lấy ý kiến, en: Hearing}
section: hearings
feeds: true
order: {by: opens, direction: ascending}
fields:
  opens: {type: moment, required: true, label: {vi: Mở, en: Opens}}
  closes: {type: day, required: true, label: {vi: Đóng, en: Closes}}
  place: {type: line, translated: true, label: {vi: Nơi, en: Place}}
  seats: {type: integer, label: {vi: Số chỗ, en: Seats}}
  form:
    type: choice
    label: {vi: Hình thức, en: Form}
    choices: {hall: {vi: Tại hội trường, en: In a hall}, online: {vi: Trực tuyến, en: Online}}
  phone: {type: line, expected: true, label: {vi: Điện thoại, en: Telephone}}
  draft_text: {type: item, kinds: [article], label: {vi: Dự thảo, en: Draft}}
  handouts:
    type: group
    list: true
    label: {vi: Tài liệu, en: Papers}
    fields:
      name: {type: line, required: true, translated: true, label: {vi: Tên, en: Name}}
      file: {type: file, required: true, endings: [txt, csv], label: {vi: Tệp, en: File}}
states:
  upcoming: {until: opens, label: {vi: Sắp mở, en: Upcoming}}
  open: {until: closes, label: {vi: Đang mở, en: Open}, tone: ok}
  closed: {label: {vi: Đã đóng, en: Closed}}
-- themes/base/kinds/hearing/item.html --
{% extends "_item.html" %}
{% block facts %}
<dl>{% for field in item.declared %}
<dt>{{ field.label }}</dt><dd class="{{ field.name }}">{{ field.value }}</dd>
{% endfor %}</dl>
<p class="stage">{{ item.stage.label }}</p>
<ul class="handouts">{% for handout in item.fields.handouts %}
<li><a href="{{ handout.file.url }}">{{ handout.name }}</a> {{ handout.file.type }} {{ handout.file.size }}</li>
{% endfor %}</ul>
{% if item.fields.draft_text %}<p class="draft">{{ m.link(item.fields.draft_text) }}</p>{% endif %}
<p class="empty-facts">{% for name in item.empty %}{{ name }}{% endfor %}</p>
{% endblock %}
-- themes/base/kinds/hearing/list.html --
{% extends "section.html" %}
{% block main %}
<ol class="hearings">{% for card in cards %}
<li><a href="{{ card.url }}">{{ card.title }}</a> <span>{{ card.stage.label }}</span> {{ card.fields.seats }}</li>
{% endfor %}</ol>
{% endblock %}
-- sites/ha/portal.yaml --
portal:
  name: {vi: Thành phố Ha, en: Ha City}
  parent_host: ha.gov.vn
  language_addresses: {portal: {en: {path: english}}}
  host_labels: {ward: full-name, commune: full-name}
defaults:
  sections:
    tin-tuc: {label: {vi: Tin tức, en: News}}
    tin-thanh-pho: {label: {vi: Tin thành phố, en: City news}}
    gioi-thieu: {label: {vi: Giới thiệu, en: About}, kind: pages}
site:
  kind: portal
  name: {vi: Cổng Ha, en: Ha Portal}
  languages: [vi, en]
  sections:
    tin-tuc: {label: {vi: Tin tức, en: News}}
    lay-y-kien: {label: {vi: Lấy ý kiến, en: Hearings}, kind: hearings}
"""
KIND_FILE = "themes/base/kinds/hearing/kind.yaml"
PLACE = "content/ha/portal/lay-y-kien/2026"
HOST = "ha.gov.vn"


def hearing(number: int, title: str = "Lấy ý kiến", body: str = "Mời góp ý.", **fields: object) -> str:
    """Return the text of a hearing; ``fields`` are YAML values."""
    front = {
        "id": item_id(number),
        "kind": "hearing",
        "title": title,
        "date": "2026-10-05",
        "opens": "2026-11-22T08:00:00+07:00",
        "closes": "2026-11-30",
        **fields,
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + f"---\n{body}\n"


def with_kinds(root: Path, *texts: str) -> TinyNetwork:
    """Return a network whose theme is its own: the base theme without kinds, and the kind of this page."""
    net = TinyNetwork.create(root)
    (net.root / "themes").unlink()
    shutil.copytree(REPOSITORY / "themes", net.root / "themes", ignore=shutil.ignore_patterns("kinds"))
    net.write(KIND, *texts)
    return net
