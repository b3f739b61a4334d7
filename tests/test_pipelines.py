"""The ready pipelines: read as their forges read them, and held to what they promise. Not seen live."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from forge_server import Answer, ForgeServer
from network import REPOSITORY

from congtin.cli.context import Context
from congtin.cli.forge import forge_group
from congtin.cli.pipelines import pipelines_group
from congtin.editorial.forges.models import ForgeKind
from congtin.editorial.forges.verdicts import BadVerdict, Verdict, open_verdict, sign_verdict
from congtin.editorial.pipelines import SOURCE, install, pipeline_files
from congtin.editorial.signatures import public_key_of
from congtin.errors import UsageError
from congtin.validation import parse_time

FOLDER = REPOSITORY / SOURCE
GITHUB = sorted((FOLDER / "github").glob("*.yml"))
FORGEJO = sorted((FOLDER / "forgejo").glob("*.yml"))
GITLAB = FOLDER / "gitlab" / "gitlab-ci.yml"
NAMES = ["congtin-check", "congtin-gate", "congtin-preview", "congtin-publish"]
NOW = parse_time("2026-11-22T12:00:00+07:00")
HEAD = "a" * 40

workflows = pytest.mark.parametrize("file", [*GITHUB, *FORGEJO], ids=lambda f: f"{f.parent.name}/{f.name}")
of_changes = pytest.mark.parametrize(
    "file",
    [file for file in [*GITHUB, *FORGEJO] if "publish" not in file.name],
    ids=lambda f: f"{f.parent.name}/{f.name}",
)


def read(file):
    """Return a workflow; YAML 1.1 reads the key `on` as a boolean."""
    data = yaml.safe_load(file.read_text("utf-8"))
    if True in data:
        data["on"] = data.pop(True)
    return data


def steps(data):
    return [(name, step) for name, job in data["jobs"].items() for step in job["steps"]]


def scripts(data):
    return "\n".join(step.get("run", "") for _, step in steps(data))


# --- what forges make of the files ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-workflows", file) for file in [*GITHUB, *FORGEJO]] + [("vendor.gitlab-ci", GITLAB)],
    ids=lambda value: f"{value.parent.name}/{value.name}" if isinstance(value, Path) else "",
)
def test_the_files_are_what_the_forges_schemas_ask_for(schema, file):
    """The schemas come with check-jsonschema; Forgejo reads the same language as GitHub."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    if schema == "vendor.gitlab-ci":
        command[3:3] = ["--data-transform", "gitlab-ci"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_forge_has_all_four():
    """Check, gate, preview, publish."""
    assert [file.stem for file in GITHUB] == NAMES
    assert [file.stem for file in FORGEJO] == NAMES
    assert {"check", "gate", "preview", "preview-close", "publish"} <= set(yaml.safe_load(GITLAB.read_text("utf-8")))


# --- what they promise ----------------------------------------------------------------------------


@workflows
def test_actions_are_pinned_to_whole_commits(file):
    """A tag can be moved to other bytes; Forgejo's files need no action at all."""
    for _, step in steps(read(file)):
        if "uses" in step:
            assert file.parent.name == "github"
            assert re.fullmatch(r"actions/(checkout|upload-artifact)@[0-9a-f]{40}", step["uses"])
    for line in file.read_text("utf-8").splitlines():
        if "uses:" in line:
            assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), "the version stands beside it for people"


@workflows
def test_a_change_cannot_choose_what_runs_with_rights(file):
    """Never `pull_request_target` or `workflow_run`; reading is the only right; no credentials stay behind."""
    data = read(file)
    assert set(data["on"]) <= {"pull_request", "pull_request_review", "push"}
    assert data["permissions"] == {"contents": "read"}
    for name, job in data["jobs"].items():
        wanted = {"actions": "write"} if (file.parent.name, name) == ("github", "close") else None
        assert job.get("permissions") == wanted
        assert "container" not in job and "services" not in job and "uses" not in job
    for _, step in steps(data):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@workflows
def test_no_secret_is_in_any_pipeline(file):
    """And no roster: CI asks the service."""
    text = file.read_text("utf-8")
    assert not re.search(r"\$\{\{[^}]*secrets\.|\bsecrets:\s*inherit", text) and "roster.git" not in text


@workflows
def test_what_others_wrote_is_never_pasted_into_a_script(file):
    """Titles and branch names reach scripts as variables of the environment, quoted; else they would run."""
    for _, step in steps(read(file)):
        assert "${{" not in step.get("run", "")
        for variable in re.findall(r"(?<![\"\w$])\$(?!\()\{?([A-Z_]+)", re.sub(r'"[^"]*"', '""', step.get("run", ""))):
            pytest.fail(f"${variable} is not quoted in {file.name}")


@of_changes
def test_the_bases_program_runs_over_the_changes_content(file):
    """Whatever of the head is fetched, only tree.sh takes from it, and tree.sh is the base's."""
    data = read(file)
    text = scripts(data)
    names = [step.get("name", "") for name, step in steps(data)]
    for _, step in steps(data):
        if step.get("uses", "").startswith("actions/checkout@"):
            ref, path = step["with"]["ref"], step["with"].get("path", "")
            assert ref == "${{ github.event.pull_request.base.sha }}" or path == "head", names
    assert "cd head" not in text and "working-directory: head" not in file.read_text("utf-8")
    if "gate" not in file.name:
        assert text.index("tools/setup.sh run") < text.index("sh workflows/pipelines/tree.sh")
        assert text.index("workflows/pipelines/tree.sh") < max(text.find(".venv/bin/congtin"), text.find("preview.sh"))
    else:
        assert "tree.sh" not in text
    if file.parent.name == "forgejo":
        assert "git checkout --quiet --detach refs/congtin/base" in text


@pytest.mark.parametrize("file", [*GITHUB, *FORGEJO], ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_job_with_a_token_runs_nothing_of_anybodys(file):
    """The token is in one step's environment: a fetch, or the removal of previews."""
    data = read(file)
    for name, step in steps(data):
        environment = str(step.get("env", ""))
        if "github.token" in environment:
            assert "congtin " not in step["run"] and "workflows/" not in step["run"] and "tools/" not in step["run"]
            assert name == "close" or "git fetch" in step["run"]
    assert "github.token" not in str({key: value for key, value in data.items() if key != "jobs"})
    assert all("github.token" not in str(job.get("env", "")) for job in data["jobs"].values())


@pytest.mark.parametrize("file", [f for f in [*GITHUB, *FORGEJO] if "publish" in f.name], ids=lambda f: f.parent.name)
def test_publishing_is_of_protected_main_after_a_verdict(file):
    """Nothing else starts it, and without the service's word nothing is built."""
    data = read(file)
    assert data["on"] == {"push": {"branches": ["main"]}}
    (job,) = data["jobs"].values()
    assert "github.ref == 'refs/heads/main'" in job["if"]
    if file.parent.name == "github":
        assert "github.ref_protected" in job["if"] and job["environment"] == "publish"
    text = scripts(data)
    assert text.index("forge verdict") < text.index("build --release")
    assert "--answer merged" in text and "continue-on-error" not in file.read_text("utf-8")


@pytest.mark.parametrize("file", [f for f in [*GITHUB, *FORGEJO] if "preview" in f.name], ids=lambda f: f.parent.name)
def test_previews_are_marked_and_go_when_the_change_closes(file):
    """Built with --preview, into a folder of their own, and removed by the event that closes the Change."""
    data = read(file)
    assert "closed" in data["on"]["pull_request"]["types"]
    assert data["jobs"]["preview"]["if"] == "github.event.action != 'closed'"
    assert data["jobs"]["close"]["if"] == "github.event.action == 'closed'"
    text = scripts({"jobs": {"preview": data["jobs"]["preview"]}})
    assert "--preview" in text or "preview.sh" in text
    assert "--preview --output" in (FOLDER / "preview.sh").read_text("utf-8")
    gone = scripts({"jobs": {"close": data["jobs"]["close"]}})
    assert "DELETE" in gone or "rm -rf --" in gone
    if file.parent.name == "github":
        upload = [step["with"] for _, step in steps(data) if "upload-artifact" in step.get("uses", "")]
        assert upload[0]["retention-days"] <= 3
    assert "pages" not in data["jobs"], "never published anywhere"


def test_gitlabs_jobs_keep_the_same_promises():
    """Merge requests are checked with main's program; publishing is of protected main; the image has a digest."""
    data = yaml.safe_load(GITLAB.read_text("utf-8"))
    text = GITLAB.read_text("utf-8")

    def flat(lines):
        return "\n".join(flat(line) if isinstance(line, list) else line for line in lines)

    for name in ("check", "gate", "preview"):
        script = flat(data[name]["script"])
        assert "refs/congtin/base" in script and "tools/setup.sh run" in script
        assert all("merge_request_event" in rule["if"] for rule in data[name]["rules"])
        if name != "gate":
            assert script.index("tools/setup.sh") < script.index("tree.sh")
    for name in ("check", "gate", "publish"):
        assert ".pinned" in data[name]["extends"]
    assert "@sha256:" in flat(data[".pinned"]["before_script"])
    (rule,) = data["publish"]["rules"]
    assert '$CI_COMMIT_BRANCH == "main"' in rule["if"] and '$CI_COMMIT_REF_PROTECTED == "true"' in rule["if"]
    published = flat(data["publish"]["script"])
    assert published.index("forge verdict") < published.index("build --release")
    assert data["preview"]["environment"]["on_stop"] == "preview-close"
    assert data["preview-close"]["environment"]["action"] == "stop"
    assert data["preview-close"]["variables"]["GIT_STRATEGY"] == "none"
    assert "artifacts" not in data["preview"], "an artifact would outlive the Change"
    assert "include" not in data and "roster" not in text and "CI_JOB_TOKEN" not in text


# --- the scripts they run -------------------------------------------------------------------------


class Clone:
    """A small repository with a base and a Change."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.write(
            {"content/ha/a.vi.md": "Một\n", "sites/x.yaml": "a: 1\n", "congtin/run.py": "base\n", "themes/t": "base\n"}
        )
        self.base = self.commit()

    def git(self, *arguments):
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        who = ["-c", "user.name=t", "-c", "user.email=t@example.vn"]
        return subprocess.run(
            ["git", *who, *arguments],
            cwd=self.folder, env=environment, check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip

    def write(self, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x")
        return self.git("rev-parse", "HEAD")

    def change(self):
        """Begin the Change at the base."""
        self.git("checkout", "--quiet", "-b", "change", self.base)

    def tree(self, head, base=None):
        self.git("checkout", "--quiet", "--detach", base or self.base)
        return subprocess.run(
            ["sh", str(FOLDER / "tree.sh"), base or self.base, head],
            cwd=self.folder, check=False, capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    def files(self):
        found = (p for p in self.folder.rglob("*") if p.is_file() and ".git" not in p.relative_to(self.folder).parts)
        return {p.relative_to(self.folder).as_posix(): p.read_text() for p in found}


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path / "clone")


def test_the_tree_has_the_changes_content_and_the_bases_program(clone):
    """Texts added, changed and removed are taken; a changed program, theme or pipeline is not, and is named."""
    clone.change()
    clone.write({
        "content/ha/a.vi.md": "Hai\n", "content/ha/b.vi.md": "Ba\n", "congtin/run.py": "evil\n",
        "themes/t": "evil\n", "tools/setup.sh": "evil\n",
    })  # fmt: skip
    (clone.folder / "sites/x.yaml").unlink()
    clone.write({"sites/y.yaml": "b: 2\n"})
    done = clone.tree(clone.commit())
    assert done.returncode == 0, done.stderr
    assert clone.files() == {
        "content/ha/a.vi.md": "Hai\n", "content/ha/b.vi.md": "Ba\n", "sites/y.yaml": "b: 2\n",
        "congtin/run.py": "base\n", "themes/t": "base\n",
    }  # fmt: skip
    assert "congtin/run.py" in done.stdout and "tools/setup.sh" in done.stdout


def test_the_tree_is_what_the_merge_would_give(clone):
    """What others published since the Change began stays; shown is the merge, not the branch."""
    clone.change()
    clone.write({"content/ha/b.vi.md": "Ba\n"})
    head = clone.commit()
    clone.git("checkout", "--quiet", "main")
    clone.write({"content/ha/c.vi.md": "Bốn\n"})
    done = clone.tree(head, clone.commit())
    assert done.returncode == 0, done.stderr
    assert {"content/ha/a.vi.md", "content/ha/b.vi.md", "content/ha/c.vi.md"} <= set(clone.files())


def test_a_conflict_is_said_and_nothing_taken(clone):
    """The work tree stays the base's."""
    clone.change()
    clone.write({"content/ha/a.vi.md": "Hai\n"})
    head = clone.commit()
    clone.git("checkout", "--quiet", "main")
    clone.write({"content/ha/a.vi.md": "Ba\n"})
    done = clone.tree(head, clone.commit())
    assert done.returncode == 1 and "conflicts" in done.stderr and "content/ha/a.vi.md" in done.stderr
    assert clone.files()["content/ha/a.vi.md"] == "Ba\n"


@pytest.mark.parametrize("odd", ["link", "executable", "attributes", "submodule", "modules"])
def test_files_that_reach_beyond_content_are_refused(clone, odd):
    """A link would show what lies elsewhere on the machine; attributes could run a program."""
    clone.change()
    if odd == "link":
        (clone.folder / "content/ha/passwd.md").symlink_to("/etc/passwd")
    elif odd == "executable":
        clone.write({"content/ha/x.md": "x\n"})
        (clone.folder / "content/ha/x.md").chmod(0o755)
    elif odd == "attributes":
        clone.write({"content/ha/.gitattributes": "* filter=lfs\n"})
    elif odd == "modules":
        clone.write({"content/.gitmodules": "x\n"})
    else:
        clone.git("update-index", "--add", "--cacheinfo", f"160000,{clone.base},content/sub")
    done = clone.tree(clone.commit() if odd != "submodule" else _committed(clone))
    assert done.returncode == 1 and ("ordinary" in done.stderr or "steers Git" in done.stderr)
    assert clone.files()["content/ha/a.vi.md"] == "Một\n" and "content/ha/passwd.md" not in clone.files()


def _committed(clone):
    clone.git("commit", "--quiet", "--message", "x")
    return clone.git("rev-parse", "HEAD")


@pytest.mark.parametrize("commit", ["", "main", "--output=x", "a" * 39, "$(touch evil)"])
def test_only_whole_commit_ids_are_taken(clone, commit):
    """Names and options are not."""
    done = clone.tree(commit)
    assert done.returncode == 1 and "commit id" in done.stderr and not (clone.folder / "evil").exists()


def preview(tmp_path, number, **environment):
    """Run preview.sh where `congtin` only says how it was called."""
    binary = tmp_path / ".venv" / "bin" / "congtin"
    binary.parent.mkdir(parents=True, exist_ok=True)
    binary.write_text('#!/bin/sh\necho "$@"\n')
    binary.chmod(0o755)
    return subprocess.run(
        ["sh", str(FOLDER / "preview.sh"), number], cwd=tmp_path, check=False, capture_output=True, text=True,
        env={**os.environ, **environment}, timeout=30,
    )  # fmt: skip


def test_a_preview_gets_a_folder_by_its_number(tmp_path):
    """And nothing that could lead out of it."""
    done = preview(tmp_path, "7", CONGTIN_PREVIEWS="/srv/previews")
    assert done.stdout == "build --preview --output /srv/previews/7\n"
    for number in ("", "..", "7/../..", "-1", "7 8"):
        assert preview(tmp_path, number, CONGTIN_PREVIEWS="/srv/previews").returncode == 1
    assert "CONGTIN_PREVIEWS" in preview(tmp_path, "7", CONGTIN_PREVIEWS="").stderr


def test_no_preview_on_a_government_host(tmp_path):
    """What nobody approved never stands below gov.vn."""
    fake = tmp_path / "bin" / "hostname"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho www.hanoi.gov.vn\n")
    fake.chmod(0o755)
    done = preview(tmp_path, "7", CONGTIN_PREVIEWS="/srv", PATH=f"{fake.parent}:{os.environ['PATH']}")
    assert done.returncode == 1 and "gov.vn" in done.stderr


# --- installing ------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repository"
    (root / "workflows").mkdir(parents=True)
    (root / SOURCE).symlink_to(FOLDER)
    (root / "sites").mkdir()
    (root / "sites/_defaults.yaml").write_text("languages: [vi]\n")
    return root


@pytest.mark.parametrize(
    ("forge", "place"),
    [
        (ForgeKind.GITHUB, ".github/workflows/congtin-gate.yml"),
        (ForgeKind.GITLAB, ".gitlab-ci.yml"),
        (ForgeKind.FORGEJO, ".forgejo/workflows/congtin-gate.yml"),
        (ForgeKind.GITEA, ".gitea/workflows/congtin-gate.yml"),
    ],
)
def test_pipelines_are_put_where_the_forge_looks(repository, forge, place):
    """Once; a second time there is nothing to do."""
    written = install(repository, forge)
    assert place in written and (repository / place).is_file()
    assert len(written) == (1 if forge is ForgeKind.GITLAB else 4)
    assert install(repository, forge) == []


def test_other_files_are_not_overwritten(repository):
    """Nothing is written unless all can be; --force says that it may."""
    place = repository / ".github/workflows/congtin-gate.yml"
    place.parent.mkdir(parents=True)
    place.write_text("name: ours\n")
    with pytest.raises(UsageError, match=r"congtin-gate\.yml"):
        install(repository, ForgeKind.GITHUB)
    assert [p.name for p in place.parent.iterdir()] == ["congtin-gate.yml"] and place.read_text() == "name: ours\n"
    assert len(install(repository, ForgeKind.GITHUB, force=True)) == 4


def test_pipelines_stay_in_the_repository(repository, tmp_path):
    """A folder that is a link to elsewhere is not followed."""
    (tmp_path / "elsewhere").mkdir()
    (repository / ".github").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="leads out"):
        install(repository, ForgeKind.GITHUB)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_repository_without_pipelines_says_so(tmp_path):
    """They come with Côngtin."""
    for forge in ForgeKind:
        with pytest.raises(UsageError, match="no ready pipelines"):
            pipeline_files(tmp_path, forge)


def test_the_command_names_what_it_wrote(repository, monkeypatch):
    """And says when there was nothing to do."""
    monkeypatch.setenv("CONGTIN_LANG", "en")
    context = Context(repository, NOW)
    done = CliRunner().invoke(pipelines_group, ["install", "gitlab"], obj=context, catch_exceptions=False)
    assert "Written: .gitlab-ci.yml" in done.output
    done = CliRunner().invoke(pipelines_group, ["install", "gitlab"], obj=context, catch_exceptions=False)
    assert "Nothing to do" in done.output


# --- the service's verdict -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    for name in ("service", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    return folder


def verdict(**changes):
    facts = {
        "commit": HEAD, "answer": "merged", "repository": "city/content", "log": "b" * 40,
        "at": parse_time("2026-11-22T11:30:00+07:00"), "until": parse_time("2026-11-22T12:30:00+07:00"),
    }  # fmt: skip
    return Verdict(**{**facts, **changes})


def opened(data, keys, commit=HEAD, now=NOW):
    return open_verdict(yaml.safe_load(data), commit, "city/content", [public_key_of(keys / "service")], now)


def test_a_verdict_counts_when_the_service_signed_it(keys):
    """Of this commit, now."""
    signed = sign_verdict(verdict(), keys / "service")
    assert opened(signed, keys) == verdict()


@pytest.mark.parametrize(
    ("changes", "key", "edit", "match"),
    [
        ({}, "other", (b"", b""), "not the service"),
        ({}, "service", (b'"merged"', b'"approved"'), "not signed"),
        ({"commit": "c" * 40}, "service", (b"", b""), "another commit"),
        ({"repository": "x/y"}, "service", (b"", b""), "another commit or repository"),
        ({"until": parse_time("2026-11-22T11:59:59+07:00")}, "service", (b"", b""), "held from"),
        ({"at": parse_time("2026-11-22T12:00:01+07:00")}, "service", (b"", b""), "held from"),
    ],
    ids=["other key", "changed", "commit", "repository", "too old", "not yet"],
)
def test_a_verdict_that_does_not_count(keys, changes, key, edit, match):
    """By another key, over other bytes, about something else, or at another time."""
    signed = sign_verdict(verdict(**changes), keys / key).replace(*edit)
    with pytest.raises(BadVerdict, match=match):
        opened(signed, keys)


def test_a_pipeline_asks_the_service(keys, monkeypatch):
    """0 only for the answer it needs; waiting is 1."""
    monkeypatch.setenv("CONGTIN_LANG", "en")
    key = public_key_of(keys / "service").line
    with ForgeServer() as service:
        signed = sign_verdict(verdict(answer="waiting"), keys / "service")
        service.on("GET", f"/verdicts/{HEAD}.json", Answer(body=signed))

        def ask(answer):
            arguments = ["verdict", HEAD, "--answer", answer, "--repository", "city/content"]
            more = ["--service", service.address, "--key", key]
            return CliRunner().invoke(forge_group, [*arguments, *more], obj=Context(None, NOW), catch_exceptions=False)

        assert ask("approved").exit_code == 1
        service.on("GET", f"/verdicts/{HEAD}.json", Answer(body=sign_verdict(verdict(), keys / "service")))
        assert ask("merged").exit_code == 0 and ask("approved").exit_code == 1
        assert "authorization" not in service.asked[0].headers
