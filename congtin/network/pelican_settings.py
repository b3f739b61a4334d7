"""Pelican's settings for one Edition: everything Pelican would do by itself is switched off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from congtin.layout import OUTPUT, PLUGINS, THEME
from congtin.model import Edition, Profile
from congtin.network.network import Site

PLUGIN_NAMES = ["strict", "editions", "fragments", "languages", "crosspost", "taxonomies", "discovery", "open_data"]

JINJA_ENVIRONMENT: Mapping[str, Any] = {
    "autoescape": True,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "extensions": ["jinja2.ext.i18n"],
}


def pelican_settings(root: Path, site: Site, edition: Edition, profile: Profile) -> dict[str, object]:
    """Return the settings; paths are absolute, OUTPUT_PATH is the folder of all hosts."""
    return {
        "CONGTIN_ROOT": str(root),
        "CONGTIN_SITE": site.id,
        "CONGTIN_LANG": edition.lang,
        "CONGTIN_PROFILE": profile.value,
        "SITENAME": site.name,
        "SITEURL": f"https://{edition.host}",
        "PATH": str(root),
        "OUTPUT_PATH": str(root / OUTPUT),
        "THEME": str(root / THEME),
        # The templates of kinds lie in their own folders: kinds/<kind>/item.html.
        "THEME_TEMPLATES_OVERRIDES": [str(root / THEME)],
        "PLUGIN_PATHS": [str(root / PLUGINS)],
        "PLUGINS": PLUGIN_NAMES,
        "ARTICLE_PATHS": [],
        "PAGE_PATHS": [],
        "STATIC_PATHS": [],
        "THEME_STATIC_PATHS": [],
        "TIMEZONE": "Asia/Ho_Chi_Minh",
        "LOCALE": ["C"],
        "DEFAULT_LANG": edition.lang,
        "DEFAULT_PAGINATION": False,
        "DEFAULT_DATE": None,
        "DIRECT_TEMPLATES": [],
        "READERS": {"rst": None, "html": None},
        "DOCUTILS_SETTINGS": {"language_code": "en"},
        "DELETE_OUTPUT_DIRECTORY": False,
        "LOAD_CONTENT_CACHE": False,
        "CACHE_CONTENT": False,
        "TYPOGRIFY": False,
        "WITH_FUTURE_DATES": True,
        "ARTICLE_TRANSLATION_ID": None,
        "PAGE_TRANSLATION_ID": None,
        "FEED_ALL_ATOM": None,
        "CATEGORY_FEED_ATOM": None,
        "TRANSLATION_FEED_ATOM": None,
        "AUTHOR_FEED_ATOM": None,
        "AUTHOR_FEED_RSS": None,
        "JINJA_ENVIRONMENT": {**JINJA_ENVIRONMENT},
    }
