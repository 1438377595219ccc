"""The image of the Containerfile: unprivileged, on a root that can be read only, its state a volume: `make packages`."""

import os
import signal
from collections.abc import Iterator

import pytest

from packages.test_the_debian_package import CONFIG, LETTER
from server.container import Container, Image
from server.dovecot import Dovecot
from server.processes import until

pytestmark = [pytest.mark.server, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    if os.environ.get("TRIAGED_PACKAGES") != "1":
        pytest.skip("images are built and tried with `make packages` (some minutes, root, podman)")
    made = Image()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def container(image: Image, dovecot: Dovecot, user: str) -> Iterator[Container]:
    made = Container(image)
    (made.folder / "config" / "dana.toml").write_text(CONFIG.format(port=dovecot.imap, user=user))
    secret = made.folder / "secrets" / "work-imap"
    secret.write_text(dovecot.password + "\n")
    try:
        yield made
    finally:
        made.close()


def test_it_says_who_it_is_and_what_it_keeps(image: Image):
    said = image.configured
    assert said["User"] == "7464:7464"
    assert list(said["Volumes"]) == ["/var/lib/triaged"]
    assert (said["Entrypoint"], said["Cmd"], said["StopSignal"]) == (["triaged"], ["run"], "SIGTERM")
    assert "triaged.service.alive" in said["Healthcheck"]["Test"]


def test_it_works_is_healthy_and_keeps_its_state_in_the_volume(container: Container, dovecot: Dovecot, user: str):
    container.start()
    until(lambda: "account.idle" in container.log(), 60, "it waits for mail")
    dovecot.deliver(user, LETTER % 1)
    until(lambda: len(dovecot.messages(user, "Deferred")) == 1, 60, "it is put aside")
    assert container.healthy()
    status = container.run("triaged", "status")
    assert status.returncode == 0, status.stdout + status.stderr
    assert container.run("id", "-u").stdout.strip() == "7464"
    assert "Read-only file system" in container.run("touch", "/opt/triaged/x").stderr
    assert container.stop() == 0
    assert (container.folder / "state" / "triaged.db").stat().st_uid == 7464
    container.start()  # another container with the same volume
    until(lambda: container.log().count("account.idle") == 2, 60, "it waits for mail again")
    assert "hi" in container.run("triaged", "deferred").stdout
    assert container.stop() == 0


def test_it_is_not_healthy_once_it_hangs(container: Container):
    container.start()
    until(lambda: "service.ready" in container.log() and container.healthy(), 60, "it is healthy")
    container.signal(signal.SIGSTOP)
    assert not container.healthy()
    container.signal(signal.SIGCONT)
    until(container.healthy, 30, "it answers again")
