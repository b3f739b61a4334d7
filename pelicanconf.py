"""Pelican settings of one Edition, from the work tree: `SITE=hanoi/portal pelican -s pelicanconf.py`.

EDITION_LANG chooses the language (else the Site's first), CONGTIN_NOW the clock.
"""

from pathlib import Path

from congtin.build.edition import settings_from_environment
from congtin.model import Profile

globals().update(settings_from_environment(Path(__file__).resolve().parent, Profile.WORK))
