"""Pelican settings of one Edition, as the work tree has it: SITE=hanoi/portal EDITION_LANG=vi pelican -s pelicanconf.py"""

from pathlib import Path

from congtin.build.edition import settings_from_environment
from congtin.model import Profile

globals().update(settings_from_environment(Path(__file__).resolve().parent, Profile.WORK))
