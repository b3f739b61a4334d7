"""Plain Pelican, without plugins, set up to write what one Edition of ours has.

Copied beside `content/`, `theme/` and `site.json` by `bench/generate.py`.
"""

import json
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCH = json.loads((HERE / "site.json").read_text("utf-8"))


def day(value: datetime) -> str:
    """Return a date in words."""
    return f"{value.day} tháng {value.month}, {value.year}"


def moment(value: datetime) -> str:
    """Return a date in words with the time of day."""
    return f"{day(value)}, {value:%H:%M}"


def number(value: int) -> str:
    """Return a number with dots between thousands."""
    return f"{value:,}".replace(",", ".")


SITENAME = BENCH["title"]
SITEURL = BENCH["url"]
PATH = str(HERE / "content")
OUTPUT_PATH = str(HERE / "output")
THEME = str(HERE / "theme")
THEME_STATIC_DIR = "theme"
PLUGINS: list[str] = []
TIMEZONE = "Asia/Ho_Chi_Minh"
DEFAULT_LANG = "vi"
LOCALE = ["C"]
ARTICLE_PATHS = ["articles"]
PAGE_PATHS = ["pages"]
STATIC_PATHS: list[str] = []
ARTICLE_URL = "{category}/{date:%Y}/{slug}/"
ARTICLE_SAVE_AS = "{category}/{date:%Y}/{slug}/index.html"
PAGE_URL = "gioi-thieu/{slug}/"
PAGE_SAVE_AS = "gioi-thieu/{slug}/index.html"
CATEGORY_URL = "{slug}/"
CATEGORY_SAVE_AS = "{slug}/index.html"
TAG_URL = "chu-de/{slug}/"
TAG_SAVE_AS = "chu-de/{slug}/index.html"
AUTHOR_SAVE_AS = ""
YEAR_ARCHIVE_URL = "luu-tru/{date:%Y}/"
YEAR_ARCHIVE_SAVE_AS = "luu-tru/{date:%Y}/index.html"
MONTH_ARCHIVE_URL = "luu-tru/{date:%Y}/{date:%m}/"
MONTH_ARCHIVE_SAVE_AS = "luu-tru/{date:%Y}/{date:%m}/index.html"
DIRECT_TEMPLATES = [
    "index",
    "tags",
    "archives",
    "pages",
    "contact",
    "site-map",
    "directory",
    "404",
    "sitemap",
    "robots",
]
INDEX_SAVE_AS = "index.html"
TAGS_SAVE_AS = "chu-de/index.html"
ARCHIVES_SAVE_AS = "luu-tru/index.html"
PAGES_SAVE_AS = "gioi-thieu/index.html"
CONTACT_SAVE_AS = "lien-he/index.html"
globals()["SITE-MAP_SAVE_AS"] = "so-do-trang/index.html"
DIRECTORY_SAVE_AS = "co-quan/index.html"
SITEMAP_SAVE_AS = "sitemap.xml"
ROBOTS_SAVE_AS = "robots.txt"
PAGINATED_TEMPLATES = {"category": 20, "tag": 20, "period_archives": 20}
DEFAULT_ORPHANS = 19
PAGINATION_PATTERNS = (
    (1, "{url}", "{base_name}/index.html"),
    (2, "{url}trang-{number}/", "{base_name}/trang-{number}/index.html"),
)
FEED_DOMAIN = SITEURL
FEED_MAX_ITEMS = 30
FEED_ALL_ATOM = "atom.xml"
FEED_ALL_RSS = "rss.xml"
CATEGORY_FEED_ATOM = "{slug}/atom.xml"
CATEGORY_FEED_RSS = "{slug}/rss.xml"
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
TRANSLATION_FEED_ATOM = None
FORMATTED_FIELDS: list[str] = []
WITH_FUTURE_DATES = True
MARKDOWN = {
    "extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.meta": {}, "toc": {}},
    "output_format": "html5",
}
JINJA_ENVIRONMENT = {"trim_blocks": True, "lstrip_blocks": True, "extensions": []}
JINJA_FILTERS = {"day": day, "moment": moment, "number": number}
