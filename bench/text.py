"""Vietnamese-like titles, summaries and bodies from a seeded vocabulary."""

from __future__ import annotations

import random

WORDS = (
    "ủy ban nhân dân|thành phố|phường|xã|người dân|doanh nghiệp|hồ sơ|thủ tục|hành chính|cải cách|chuyển đổi số|"
    "kế hoạch|triển khai|thực hiện|kiểm tra|giám sát|tiếp nhận|trả kết quả|giải quyết|đúng hạn|trực tuyến|dịch vụ công|"
    "hướng dẫn|tuyên truyền|vận động|tổ dân phố|thôn|khu dân cư|nhà văn hóa|trường học|trạm y tế|bệnh viện|giáo viên|"
    "học sinh|phụ huynh|trẻ em|người cao tuổi|hộ nghèo|hộ cận nghèo|an sinh|bảo hiểm|việc làm|đào tạo nghề|lao động|"
    "sản xuất|nông nghiệp|cây trồng|vật nuôi|thủy lợi|kênh mương|đê điều|phòng chống|thiên tai|mưa bão|ngập úng|"
    "giao thông|đường liên xã|vỉa hè|cầu|bến xe|xe buýt|an toàn|trật tự|chiếu sáng|cây xanh|môi trường|rác thải|"
    "phân loại|thu gom|nước sạch|thoát nước|điện lực|năng lượng|tiết kiệm|đầu tư|ngân sách|dự án|công trình|tiến độ|"
    "giải phóng mặt bằng|đất đai|quy hoạch|xây dựng|nhà ở|cấp phép|thanh tra|xử lý|vi phạm|quyết định|thông báo|"
    "hội nghị|cuộc họp|báo cáo|đánh giá|kết quả|chỉ tiêu|tháng|quý|năm|tuần|ngày|buổi sáng|buổi chiều|cuối tuần|"
    "lễ hội|di tích|văn hóa|thể thao|du lịch|làng nghề|sản phẩm|chợ|cửa hàng|thực phẩm|vệ sinh|phòng khám|tiêm chủng|"
    "dịch bệnh|sức khỏe|tư vấn|miễn phí|đăng ký|kê khai|mẫu đơn|giấy tờ|căn cước|hộ tịch|khai sinh|chứng thực|"
    "của|và|cho|tại|trong|với|các|những|được|đã|sẽ|đang|cần|phải|theo|từ|đến|trước|sau|khi|nếu|mỗi|nhiều|một số|"
    "bảo đảm|nâng cao|tăng cường|đẩy mạnh|phối hợp|hỗ trợ|tạo điều kiện|rà soát|tổng hợp|công khai|minh bạch|"
    "trách nhiệm|cán bộ|công chức|lãnh đạo|phòng chuyên môn|đoàn thể|thanh niên|phụ nữ|cựu chiến binh|mặt trận|"
    "lắng nghe|ý kiến|phản ánh|kiến nghị|đối thoại|tiếp công dân|lịch công tác|thời gian|địa điểm|nội dung|thành phần"
).split("|")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _phrase(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def _paragraph(rng: random.Random, sentences: int) -> str:
    parts = []
    for _ in range(sentences):
        parts.append(_capital(_phrase(rng, rng.randint(4, 7))) + ", " + _phrase(rng, rng.randint(3, 6)) + ".")
    return " ".join(parts)


def title(rng: random.Random) -> str:
    """Return a headline of about ten syllables."""
    return _capital(_phrase(rng, rng.randint(4, 7)))


def summary(rng: random.Random) -> str:
    """Return two sentences."""
    return _paragraph(rng, 2)


def _table(rng: random.Random) -> str:
    rows = [f"| {_capital(_phrase(rng, 2))} | {_phrase(rng, 3)} | {rng.randint(1, 999)} |" for _ in range(5)]
    return "\n".join(["| Nội dung | Đơn vị | Số lượng |", "|---|---|---|", *rows])


def _list(rng: random.Random) -> str:
    return "\n".join(f"- {_capital(_phrase(rng, rng.randint(3, 6)))}." for _ in range(rng.randint(3, 5)))


def body(rng: random.Random, link: str = "", label: str = "") -> str:
    """Return about 300 syllables of Markdown; ``link`` is an address for one of its sentences."""
    parts = [_paragraph(rng, 3), _paragraph(rng, 2), f"## {_capital(_phrase(rng, 3))}", _paragraph(rng, 2)]
    parts.append(_list(rng))
    if rng.random() < 1 / 6:
        parts.append(_table(rng))
    if rng.random() < 1 / 8:
        parts.append(f"> {_paragraph(rng, 1)}")
    parts += [f"## {_capital(_phrase(rng, 3))}", f"**{_capital(_phrase(rng, 2))}** {_paragraph(rng, 2)}"]
    if link:
        parts.append(f"Xem thêm: [{label}]({link}).")
    parts.append(_paragraph(rng, 1))
    return "\n\n".join(parts) + "\n"
