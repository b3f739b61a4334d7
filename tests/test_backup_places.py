"""Where copies go: two places on another device, over S3 and SSH too, their secrets kept apart from what is copied."""

import os
import shutil

import pytest
from backups import FAR, NEAR, BackedUp
from target_servers import sshd, storage

from congtin.errors import ProblemsFound, UsageError
from congtin.release.backup.places import PlaceFailed, require_guarded, settings_of


@pytest.fixture(scope="module")
def backed(tmp_path_factory):
    made = BackedUp.create(tmp_path_factory.mktemp("places"))
    yield made
    made.close()


@pytest.fixture
def settled(backed):
    """Yield settings that a test may alter."""
    yield backed
    backed.fields.clear()
    backed.settings()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"places": [NEAR]}, "only one place"),
        ({"places": [NEAR, NEAR]}, "have the same name"),
        ({"one_device_reason": None}, "is on another device"),
    ],
)
def test_one_place_or_one_device_needs_a_reason(settled, fields, told):
    """The regulation says: another device (J2)."""
    if "places" in fields:
        fields = {"places": [settled.place(name) for name in fields["places"]]}
    settled.settings(**fields)
    with pytest.raises(UsageError, match=told):
        settings_of(settled.home)
    done = settled.congtin("create", ok=False)
    assert done.returncode == 2 and told in done.stderr


def test_a_reason_or_a_server_elsewhere_is_enough(settled):
    """A place behind ssh is another machine; a reason stands in the settings for whoever looks."""
    settled.settings(places=[settled.place(NEAR)], one_place_reason="the second disk is ordered")
    assert settings_of(settled.home).one_place_reason
    other = {**settled.place(FAR), "repository": "sftp:user@backup.example.vn:/copies"}
    settled.settings(places=[settled.place(NEAR), other], one_place_reason=None, one_device_reason=None)
    assert [place.local is None for place in settings_of(settled.home).places] == [False, True]


def test_a_place_inside_the_home_is_refused(settled):
    """A copy that is lost with what it copies is none."""
    inside = {**settled.place(NEAR), "repository": str(settled.tiny.folder / "copies")}
    settled.settings(places=[inside, settled.place(FAR)])
    with pytest.raises(UsageError, match="which is copied"):
        settings_of(settled.home)


@pytest.mark.parametrize("repository", ["copies", "http://x/", "", "sftp:", "-o x"])
def test_a_place_has_an_address_that_restic_knows(settled, repository):
    """A relative folder would be another one on the machine that restores."""
    settled.settings(places=[{**settled.place(NEAR), "repository": repository}, settled.place(FAR)])
    with pytest.raises(ProblemsFound):
        settings_of(settled.home)


def test_secrets_are_kept_apart_and_closed(settled, tmp_path):
    """Not in the home, the content, the roster or the place itself; nobody else reads them."""
    desk = settled.tiny.desk
    copied = [settled.tiny.folder, desk.content, desk.village.roster]
    for folder in (*copied, settled.folder / NEAR):
        file = folder / "secret"
        shutil.copy2(settled.folder / "secrets" / NEAR, file)
        settled.settings(places=[{**settled.place(NEAR), "password_file": str(file)}, settled.place(FAR)])
        with pytest.raises(PlaceFailed, match="with what it protects"):
            require_guarded(settings_of(settled.home).places[0], copied)
        file.unlink()
    link = tmp_path / "link"
    link.symlink_to(desk.content / "HEAD")
    for path, told in ((link, "with what it protects"), (tmp_path / "absent", "cannot be read"), (tmp_path, "no file")):
        settled.settings(places=[{**settled.place(NEAR), "password_file": str(path)}, settled.place(FAR)])
        with pytest.raises(PlaceFailed, match=told):
            require_guarded(settings_of(settled.home).places[0], copied)
    settled.settings(places=[settled.place(NEAR), settled.place(FAR)])
    secret = settled.folder / "secrets" / FAR
    for mode in (0o640, 0o604):
        secret.chmod(mode)
        done = settled.congtin("create", ok=False)
        assert done.returncode == 1 and "near: copy" in done.stdout and f"chmod 600 {secret}" in done.stderr
    secret.chmod(0o600)


def test_a_wrong_password_is_said_and_init_leaves_a_place_alone(settled, tmp_path):
    """Whoever mixes up two files reads which one does not open which place."""
    wrong = tmp_path / "wrong"
    wrong.write_text("another\n")
    wrong.chmod(0o600)
    new = {**settled.place(FAR), "repository": str(tmp_path / "new")}
    settled.settings(places=[{**settled.place(NEAR), "password_file": str(wrong)}, new])
    done = settled.congtin("init", ok=False)
    assert done.returncode == 1 and "far: ready." in done.stdout and (tmp_path / "new/config").is_file()
    assert f"The password in {wrong} does not open the place “near”" in done.stderr


def test_copies_go_over_ssh_and_to_s3_and_come_back(settled, tmp_path):
    """A real sshd and a real S3 service; the keys of the storage stand in a guarded file."""
    with sshd(tmp_path / "sshd") as server, storage(tmp_path / "s3") as s3:
        ssh = (f"ssh -p {server.port} -i {server.folder}/client -o UserKnownHostsFile={server.folder}/known_hosts"
               " -o IdentitiesOnly=yes 127.0.0.1 -s sftp")  # fmt: skip
        with (server.folder / "config").open("a") as config:
            config.write("Subsystem sftp internal-sftp\n")
        shutil.copytree(settled.place_anew(NEAR), server.place / "copies")
        shutil.copytree(settled.place_anew(FAR), s3.place / "copies")
    # Started anew: the server above knew no sftp yet.
    with server.up(), s3.up():
        environment = tmp_path / "s3.env"
        environment.write_text("# for tests\n" + "".join(f"{n}={v}\n" for n, v in s3.environment.items()))
        environment.chmod(0o600)
        over_ssh = {**settled.place(NEAR), "name": "ssh", "repository": f"sftp:127.0.0.1:{server.place}/copies",
                    "sftp_command": ssh}  # fmt: skip
        bucket = {**settled.place(FAR), "name": "s3", "repository": f"s3:http://127.0.0.1:{s3.port}/pages/copies",
                  "environment_file": str(environment)}  # fmt: skip
        settled.settings(places=[over_ssh, bucket], one_device_reason=None)
        assert settled.congtin("init").stdout.split("\n")[:2] == ["ssh: ready.", "s3: ready."]
        made = settled.copy()
        assert made.fine, [str(one.failure) for one in made.outcomes]
        assert [(one.place, one.sound) for one in settled.verify()] == [("ssh", True), ("s3", True)]
    done = settled.congtin("create", "--format", "json", ok=False)
    assert done.returncode == 1 and '"failure": "' in done.stdout and os.sep in done.stdout
