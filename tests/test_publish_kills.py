"""kill -9 at any moment of a publication (the full count: `make drill`)."""

import os
import shutil

from homes import TinyHome
from network import article
from publish_kills import EDITED, kill_publications


def test_killed_at_twenty_random_moments(tmp_path):
    """The served tree is always one whole Release; in the end it is what a first publication would make."""
    home = TinyHome.create(tmp_path, f"-- {EDITED} --\n{article(1)}")
    try:
        seed = int(os.environ.get("CONGTIN_SEED", "20261122"))
        seen = kill_publications(home, 20, seed)
        assert seen.kills == 20 and seen.finished < 15
        clean = TinyHome(home.desk, tmp_path / "clean")
        clean.folder.mkdir()
        shutil.copy(home.folder / "publisher.yaml", clean.folder)
        first = clean.publish(now=home.live.record.clock)
        assert first.release.outputs == home.live.outputs
    finally:
        home.desk.close()
