"""Root types commands beside a service whose user owns the state: what that user lays there leads root nowhere."""

import grp
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.provider import Provider
from triaged import statefolder
from triaged.cli import main
from triaged.cli.newfile import new_file
from triaged.delivery.oauth import Store, StoreError
from triaged.installkey import with_a_first_configuration

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to lose: run the tests as root")

USER, GROUP = 4711, 4712
LOGIN = "dana@roth.example@127.0.0.1"
CONFIG = """
[service]
state = "sqlite:{state}/triaged.db"
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
addresses = ["dana@roth.example"]
imap = {{ host = "127.0.0.1", port = 1, tls = "none", user = "dana@roth.example", oauth = {{ provider = {{ issuer = "{issuer}" }}, client_id = "triaged-tests" }} }}
[client.harbor]
from = ["*@harbor.example"]
[[rule]]
name = "all"
then = "leave"
"""


@dataclass
class Place:
    """A state folder of a lesser user, a configuration of root's, and a file that is nobody else's business."""

    top: Path

    @property
    def state(self) -> Path:
        return self.top / "state"

    @property
    def secret(self) -> Path:
        return self.top / "roots" / "secret"

    def triaged(self, *words: str) -> int:
        return main([*words, "-c", str(self.top / "triaged.toml")])

    def everything(self) -> None:
        """All that root may type."""
        for words in (
            ("run", "--once"), ("auth", "login", "work", "--no-check"), ("auth", "status"), ("status",), ("doctor",),
            ("deferred",), ("release", "1"), ("check",), ("backup", str(self.state / "copy.db")),
            ("report", "--html", str(self.state / "report.html")), ("report", "--csv", str(self.state / "report.csv")),
        ):  # fmt: skip
            self.triaged(*words)


@pytest.fixture
def place() -> Iterator[Place]:
    with Provider(pending=0) as provider:
        top = Path(tempfile.mkdtemp())  # pytest's own folders are closed to other users
        top.chmod(0o755)
        made = Place(top)
        made.state.mkdir(mode=0o700)
        os.chown(made.state, USER, GROUP)
        made.secret.parent.mkdir(mode=0o755)
        made.secret.write_text("of root")
        made.secret.chmod(0o600)
        (top / "triaged.toml").write_text(CONFIG.format(state=made.state, issuer=provider.url))
        yield made
        shutil.rmtree(top)


def owners(folder: Path) -> set[tuple[int, int]]:
    return {(found.st_uid, found.st_gid) for found in map(Path.lstat, folder.rglob("*"))}


def test_what_root_makes_there_belongs_to_the_folders_owner(place: Place):
    place.everything()
    assert {"triaged.db", "generation", "lock", "tokens", "copy.db", "report.html", "report.csv"} <= {
        file.name for file in place.state.iterdir()
    }
    assert owners(place.state) == {(USER, GROUP)}
    assert all(file.lstat().st_mode & 0o077 == 0 for file in place.state.rglob("*"))


@pytest.mark.parametrize(
    "name",
    [
        "triaged.db", "triaged.db-wal", "generation", ".generation.new", "lock", "wake", "status.sock", "copy.db", "report.html",
        "report.csv", f"tokens/{LOGIN}.json", f"tokens/.{LOGIN}.json.new", f"tokens/{LOGIN}.lock",
    ],
)  # fmt: skip
def test_a_link_in_the_place_of_a_file_gives_nothing_of_roots_away(place: Place, name: str):
    if "/" in name:
        (place.state / "tokens").mkdir(mode=0o700)
        os.chown(place.state / "tokens", USER, GROUP)
    (place.state / name).symlink_to(place.secret)
    place.everything()
    found = place.secret.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (0, 0, 0o600)
    assert place.secret.read_text() == "of root"


def test_a_link_in_the_place_of_the_folder_of_tokens_leads_nowhere(place: Place):
    roots = place.secret.parent
    (place.state / "tokens").symlink_to(roots)
    place.everything()
    assert [file.name for file in roots.iterdir()] == ["secret"]
    assert (roots.stat().st_uid, roots.stat().st_mode & 0o777) == (0, 0o755)


def test_a_link_on_the_way_to_a_report_leads_root_no_further_than_its_owner(place: Place):
    (place.state / "out").symlink_to(place.secret.parent)
    for words in (("report", "--html"), ("report", "--csv"), ("backup",)):
        assert place.triaged(*words, str(place.state / "out" / "secret")) == 1
        assert place.triaged(*words, str(place.state / "out" / "new")) == 1
    assert place.secret.read_text() == "of root"
    assert [file.name for file in place.secret.parent.iterdir()] == ["secret"]


def test_what_root_writes_elsewhere_stays_roots(place: Place):
    place.triaged("run", "--once")
    page, copy = place.secret.parent / "report.html", place.secret.parent / "copy.db"
    assert place.triaged("report", "--html", str(page)) == 0
    assert place.triaged("backup", str(copy)) == 0
    assert owners(place.secret.parent) == {(0, 0)}
    assert (os.geteuid(), os.getegid()) == (0, 0)


def test_what_root_makes_in_the_services_folder_the_service_can_read(place: Place):
    folder = place.top / "etc"
    folder.mkdir(mode=0o750)
    os.chown(folder, 0, GROUP)
    new_file(folder / "dana.toml", "", 0o644)
    new_file(folder / "dana.password", "secret\n", 0o600)
    with_a_first_configuration(folder / "dana.toml", place.state)
    found = {file.name: (file.stat().st_gid, file.stat().st_mode & 0o777) for file in folder.iterdir()}
    assert found == dict.fromkeys(("dana.toml", "dana.password", "triaged.key"), (GROUP, 0o640))


def test_the_services_folder_is_made_for_the_service(place: Place, monkeypatch: pytest.MonkeyPatch):
    group = grp.getgrall()[-1]
    monkeypatch.setattr(statefolder, "SERVICE", group.gr_name)
    monkeypatch.setattr(statefolder, "SERVICE_FOLDER", place.top / "etc")
    new_file(place.top / "etc" / "dana.password", "secret\n", 0o600)
    found = {file.name: (file.stat().st_gid, file.stat().st_mode & 0o777) for file in (place.top / "etc").rglob("*")}
    assert found == {"dana.password": (group.gr_gid, 0o640)}
    made = (place.top / "etc").stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (0, group.gr_gid, 0o750)


@pytest.mark.parametrize("mode", [0o775, 0o700])
def test_what_root_makes_in_a_folder_of_a_team_or_of_its_own_is_for_root_alone(place: Place, mode: int):
    folder = place.top / "etc"
    folder.mkdir()
    folder.chmod(mode)
    os.chown(folder, 0, GROUP if mode == 0o775 else 0)
    new_file(folder / "dana.password", "secret\n", 0o600)
    assert (folder / "dana.password").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("lay", [os.mkfifo, Path.mkdir])
def test_what_is_no_plain_file_is_told_and_waited_for_by_nobody(place: Place, lay: Callable[[Path], None]):
    store = Store(place.state / "tokens")
    with store.lock(LOGIN):
        lay(store.file(LOGIN))
    with pytest.raises(StoreError):
        store.read(LOGIN)


def test_a_link_is_named_as_what_it_is(place: Place):
    store = Store(place.state / "tokens")
    store.folder.mkdir()
    os.chown(store.folder, USER, GROUP)
    store.file(LOGIN).with_suffix(".lock").symlink_to(place.secret)
    with pytest.raises(StoreError, match="links are not followed"), store.lock(LOGIN):
        pass
    shutil.rmtree(store.folder)
    store.folder.symlink_to(place.secret.parent)
    with pytest.raises(StoreError, match="cannot be used"), store.lock(LOGIN):
        pass
