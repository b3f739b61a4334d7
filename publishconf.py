"""The same Edition for citizens: refuses demonstration data and Sites without EMC and trust ids."""

from pathlib import Path

from congtin.build.edition import settings_from_environment
from congtin.model import Profile

globals().update(settings_from_environment(Path(__file__).resolve().parent, Profile.RELEASE))
