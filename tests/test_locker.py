"""The locker: what it locks opens again with the right key only, and the key it keeps is its owner's alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Faults
from bot.locker import KEY_FILE, Locker, kept_key

KEY, OTHER = Locker.new_key(), Locker.new_key()


@given(st.dictionaries(st.text(), st.text(), min_size=1))
def test_what_was_locked_opens_again(secret: dict[str, str]) -> None:
    locked = Locker([KEY]).lock(secret)
    assert Locker([KEY]).unlock(locked) == secret


def test_the_locked_form_does_not_show_the_secret() -> None:
    assert "swordfish" not in Locker([KEY]).lock({"app_password": "swordfish"})


def test_a_former_key_still_opens_after_a_rotation() -> None:
    locked = Locker([OTHER]).lock({"token": "t"})
    assert Locker([KEY, OTHER]).unlock(locked) == {"token": "t"}


def test_another_key_is_told_as_a_fault_with_its_mend() -> None:
    with pytest.raises(Faults) as raised:
        Locker([OTHER]).unlock(Locker([KEY]).lock({"token": "t"}))
    assert [fault.name for fault in raised.value.faults] == ["secret key"]


def test_something_that_is_no_key_is_told_as_a_fault() -> None:
    with pytest.raises(Faults):
        Locker(["swordfish"])


def test_the_kept_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    key = kept_key(tmp_path)
    assert kept_key(tmp_path) == key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_two_that_start_at_once_keep_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(kept_key, [tmp_path] * 16))) == 1
