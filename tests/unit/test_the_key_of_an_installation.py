"""The key beside the configuration: what is ours in a mailbox is known by it, whatever becomes of the state folder."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.memento import LONGEST, Memento, about, packed, unpacked
from triaged.ids import MARK
from triaged.installkey import NAME, InstallKey, KeyUnreadable, known, known_or_new, with_a_first_configuration

DUE = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    config, state = tmp_path / "config", tmp_path / "state"
    config.mkdir()
    state.mkdir()
    return config, state


def test_it_is_made_once_beside_the_configuration_for_its_owners_eyes_only(folders: tuple[Path, Path]):
    config, state = folders
    made = known_or_new(config / "triaged.toml", state)
    assert made.file == config / NAME
    assert stat.S_IMODE((config / NAME).stat().st_mode) == 0o600
    assert known_or_new(config, state) == made
    assert list(state.iterdir()) == []


def test_where_the_configuration_cannot_be_written_to_it_lies_with_the_state(folders: tuple[Path, Path]):
    config, state = folders
    (config / f".{NAME}.new").mkdir()  # root may write anywhere: so it cannot be written
    made = known_or_new(config, state)
    assert made.file == state / NAME
    (config / NAME).write_bytes((state / NAME).read_bytes())
    assert known(config, state) == InstallKey(made.octets, config / NAME)


def test_a_first_configuration_gets_it_and_a_further_one_beside_it_does_not(folders: tuple[Path, Path]):
    config, state = folders
    (config / "dana.toml").touch()
    with_a_first_configuration(config / "dana.toml", state)
    assert (config / NAME).exists()
    (config / NAME).unlink()  # what runs by dana.toml may have its key in a state folder that is not ours
    (config / "tom.toml").touch()
    with_a_first_configuration(config / "tom.toml", state)
    assert not (config / NAME).exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes such a folder")
def test_in_a_folder_that_root_shares_with_a_group_the_group_reads_it(folders: tuple[Path, Path]):
    config, state = folders
    os.chown(config, 0, 12345)
    known_or_new(config, state)
    made = (config / NAME).stat()
    assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (0, 12345, 0o640)


@pytest.mark.parametrize("text", ["", "no key", "c2hvcnQ="])
def test_a_file_that_is_no_key_is_not_replaced_by_another_key(folders: tuple[Path, Path], text: str):
    config, state = folders
    (config / NAME).write_text(text)
    with pytest.raises(KeyUnreadable, match="is no key of triaged"):
        known_or_new(config, state)
    assert (config / NAME).read_text() == text


def test_marks_are_of_a_key_and_a_login_and_fit_a_keyword():
    key, other = InstallKey(b"k" * 32), InstallKey(b"o" * 32)
    marks = {each.mark(login) for each in (key, other) for login in ("dana@a", "dana@b")}
    assert len(marks) == 4
    assert all(mark.startswith(MARK) and mark.islower() and len(mark) <= 50 for mark in marks)
    assert key.mark("dana@a") == InstallKey(b"k" * 32).mark("dana@a")
    assert key.install not in key.mark("dana@a")


def test_what_is_sealed_is_read_with_the_same_key_beside_the_same_text_only():
    key = InstallKey(b"k" * 32)
    sealed = key.seal(b"told", "7 install")
    assert key.seal(b"told", "7 install") == sealed  # the same octets in each attempt
    assert key.unseal(sealed, "7 install") == b"told"
    assert key.unseal(sealed, "8 install") is None
    assert InstallKey(b"o" * 32).unseal(sealed, "7 install") is None
    assert key.unseal("", "7 install") is None
    assert key.unseal("?", "7 install") is None


@given(
    st.builds(
        Memento,
        kind=st.sampled_from(["ack", "slip", "moved", "forward"]),
        due_at=st.none() | st.just(DUE),
        promise=st.sampled_from([None, "answer", "call"]),
        call=st.none() | st.text(min_size=1, max_size=60),
        template=st.text(max_size=60),
        mails=st.lists(st.text(min_size=1), max_size=40).map(about),
    )
)
def test_a_memento_is_read_as_it_was_written_and_stays_below_two_hundred_octets(memento: Memento):
    octets = packed(memento)
    assert len(octets) <= LONGEST
    assert len(InstallKey(b"k" * 32).seal(octets, "7 install")) <= 200
    read = unpacked(octets)
    assert read is not None
    assert (read.kind, read.due_at, read.promise) == (memento.kind, memento.due_at, memento.promise)
    assert read.call in (memento.call, None)
    assert read.mails == memento.mails[len(memento.mails) - len(read.mails) :]
    assert len(read.mails) >= min(len(memento.mails), 3)


@given(st.binary(max_size=200))
def test_octets_that_are_none_of_ours_are_no_memento_and_no_error(octets: bytes):
    assert unpacked(octets) is None or octets[0] == 1
