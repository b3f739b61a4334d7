"""A small network with texts to look for, in five languages; `search_queries.yaml` says what is asked and found."""

from __future__ import annotations

from network import article, document, item_id, translation

from congtin.languages import fold

_SITES = """\
-- sites/_vocabulary.yaml --
tags:
  giao-thong: {vi: Giao thông, en: Transport}
document_types:
  quyet-dinh: {vi: Quyết định, en: Decision}
  to-trinh: {vi: Tờ trình, en: Submission}
  nghi-dinh: {vi: Nghị định, en: Decree}
document_fields:
  giao-thong: {vi: Giao thông, en: Transport}
-- sites/ha/portal.yaml --
portal:
  name: {vi: Thành phố Ha, en: Ha City}
  parent_host: ha.gov.vn
  language_addresses:
    portal: {en: {path: english}, zh: {path: zh}, ja: {path: ja}, ko: {path: ko}}
  host_labels: {ward: full-name, commune: full-name}
defaults:
  sections:
    tin-tuc: {label: {vi: Tin tức, en: News}}
    tin-thanh-pho: {label: {vi: Tin thành phố, en: City news}}
    gioi-thieu: {label: {vi: Giới thiệu, en: About}, kind: pages}
  accepts:
    - {from: portal, sections: [tin-tuc], into: tin-thanh-pho}
site:
  kind: portal
  name: {vi: Cổng Ha, en: Ha Portal}
  languages: [vi, en, zh, ja, ko]
  contact: {email: bientap@ha.gov.vn}
  sections:
    tin-tuc: {label: {vi: Tin tức, en: News}}
    thong-bao: {label: {vi: Thông báo, en: Announcements}}
    van-ban: {label: {vi: Văn bản, en: Documents}, kind: documents}
    gioi-thieu: {label: {vi: Giới thiệu, en: About}, kind: pages}
"""

# Section, title, text, and what else stands in the front matter.
_PORTAL = [
    ("tin-tuc", "Phố đi bộ quanh hồ", "Hồ Gươm nằm giữa Hà Nội. Lối đi bộ mở vào tối thứ bảy.", {}),
    ("tin-tuc", "Hành lang cho người đi xe lăn", "Tòa nhà có hành lang nội bộ và nội quy mới. Hà mã ở vườn thú.", {}),
    ("tin-tuc", "Đường ven biển thông xe", "Đường ven biển nối hai bờ sông, qua Đà Nẵng và Đồng Hới.", {}),
    ("tin-tuc", "Dọn vệ sinh bãi tắm", "Du khách đến biển, ven bãi có thùng rác, đường đi lát gạch.", {}),
    ("tin-tuc", "Công viên mang tên Hoà Bình", "Công viên Hoà Bình có hồ thuỷ sinh.", {}),
    ("tin-tuc", "Ngày hội vì hòa bình", "Học sinh vẽ tranh về hòa bình và thủy lợi.", {"crosspost": "['ha/*']"}),
    ("tin-tuc", "Lịch tiếp công dân", "Uỷ ban nhân dân tiếp công dân sáng thứ năm.", {}),
    ("tin-tuc", "Phiên họp tháng mười", "Ủy ban nhân dân họp về ngân sách.", {}),
    ("tin-tuc", "Quý khách tham quan bảo tàng", "Bảo tàng tặng quý khách bản đồ.", {}),
    ("tin-tuc", "Thẻ <script> trong bài viết", "Mẫu: `<img src=x onerror=alert(1)>` và `</mark><b>đậm</b>`.", {}),
    ("tin-tuc", "Cây xanh trên phố", "Trồng cây theo Nghị định 42/2022/NĐ-CP ở mười phố.", {"date": "'2025-03-04'"}),
    ("thong-bao", "Thông báo lịch cúp nước", "Cúp nước từ 8 giờ đến 11 giờ ở phố Đội Cấn.", {"date": "'2025-06-07'"}),
    ("thong-bao", "Thông báo tuyển dụng", "Tuyển dụng viên chức. Hồ sơ nộp tại quầy đón tiếp.", {}),
    ("gioi-thieu", "Chức năng, nhiệm vụ", "Điều phối công việc của các phòng, ban.", {}),
]
_DOCUMENTS = [
    ("quyet-dinh", "15/2026/QĐ-UBND", "Quy định về bãi đỗ xe", "UBND thành phố Ha"),
    ("quyet-dinh", "150/QĐ-UBND", "Giao kế hoạch trồng rừng", "UBND thành phố Ha"),
    ("to-trinh", "39/TTr-VP", "Sửa chữa trụ sở", "Văn phòng UBND thành phố Ha"),
    ("to-trinh", "40/TTr-VP", "Mua sắm bàn ghế", "Văn phòng UBND thành phố Ha"),
    ("nghi-dinh", "42/2022/NĐ-CP", "Cung cấp thông tin trên môi trường mạng", "Chính phủ"),
]
_LIM = [
    ("tin-tuc", "Đội xe buýt mới của phường Lim", "Xe buýt điện chạy qua chợ Đồng Xuân.", {}),
    ("tin-tuc", "Ngõ hoa ở phường Lim", "Bà con trồng hoa hai bên ngõ.", {}),
]
# Titles and texts of the first Items in other languages.
TRANSLATED = {
    "en": [
        ("Walking street around the lake", "Hoan Kiem Lake lies in the middle of Ha Noi. Streets open on Saturday."),
        ("Corridor for wheelchair users", "The building has a new corridor with ramps."),
        ("Coastal road opens", "The coastal road connects both banks of the river."),
    ],
    "zh": [
        ("湖边步行街", "还剑湖位于河内市中心，步行街周六晚上开放。"),
        ("轮椅通道", "大楼设有新的无障碍通道和网络配置服务。"),
        ("沿海公路通车", "沿海公路连接两岸，经过岘港。"),
    ],
    "ja": [
        ("湖のまわりの歩行者天国", "ホアンキエム湖はハノイの中心にあります。"),
        ("車いす用の通路", "建物に新しいスロープとネットワーク設定の案内があります。"),
        ("海岸道路が開通", "海岸道路は川の両岸を結びます。"),
    ],
    "ko": [
        ("호수 주변 보행자 거리", "호안끼엠 호수는 하노이 중심에 있습니다."),
        ("휠체어 통로", "건물에 새 통로와 안내 창구가 있습니다."),
        ("해안 도로 개통", "해안 도로는 강의 양쪽을 연결합니다."),
    ],
}


def slug(title: str) -> str:
    """Return the file name of a title."""
    letters = "".join(char if char.isalnum() else "-" for char in fold(title))
    return "-".join(part for part in letters.split("-") if part)


def world() -> str:
    """Return all files of the network as one marked text."""
    texts = [_SITES]
    for number, (section, title, body, fields) in enumerate(_PORTAL):
        text = article(number, f"'{title}'", body, **fields)
        folder = f"content/ha/portal/{section}/2026"
        if section == "gioi-thieu":
            text = f"---\nid: {item_id(number)}\nkind: page\ntitle: {title}\ndate: 2026-10-05\n---\n{body}\n"
        texts.append(f"-- {folder}/{slug(title)}.vi.md --\n{text}")
        for lang, known in TRANSLATED.items():
            if number < len(known):
                shown = translation(text, known[number][0], known[number][1], summary=known[number][0])
                texts.append(f"-- {folder}/{slug(title)}.{lang}.md --\n{shown}")
    for number, (kind, symbol, title, issuer) in enumerate(_DOCUMENTS, 100):
        text = document(number, symbol, f"Điều 1. {title}.", type=kind, issuer=issuer, title=title, abstract=title)
        texts.append(f"-- content/ha/portal/van-ban/2026/{slug(title)}.vi.md --\n{text}")
    for number, (section, title, body, fields) in enumerate(_LIM, 200):
        texts.append(
            f"-- content/ha/lim/{section}/2026/{slug(title)}.vi.md --\n{article(number, title, body, **fields)}"
        )
    return "".join(texts)
