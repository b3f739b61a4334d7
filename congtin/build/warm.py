"""Imported once by the process all workers are forked from: what every Edition needs is ready in each."""

from __future__ import annotations

import datetime as dt

import feedgenerator  # noqa: F401 (imported for the workers)
import jinja2.ext  # noqa: F401
import lxml.etree  # noqa: F401

from congtin.build import api_models, discovery, edition, feeds, item_view  # noqa: F401
from congtin.build.interface import show_day, show_moment, show_number
from congtin.languages import own_name
from congtin.model import HANOI_TIME

_SOME_TIME = dt.datetime(2026, 1, 1, tzinfo=HANOI_TIME)

# Babel reads a language's names and patterns on first use.
for _lang in ("vi", "en", "zh", "ko", "ja"):
    own_name(_lang)
    show_day(_SOME_TIME, _lang)
    show_moment(_SOME_TIME, _lang)
    show_number(1000, _lang)
