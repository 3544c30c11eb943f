"""Where files lie, and that nothing leads out of the media folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from pytest_django.fixtures import Settings

from studio.media import storage

SHA = "ab12" + "0" * 60


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return tmp_path / "media"


def test_reference_lies_by_its_content() -> None:
    assert storage.reference_name(SHA, "jpg") == f"references/ab/12/{SHA}.jpg"


@pytest.mark.parametrize(("sha", "extension"), [("../x", "jpg"), (SHA, "../jpg"), (SHA, ""), (SHA.upper(), "jpg")])
def test_reference_name_takes_nothing_odd(sha: str, extension: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        storage.reference_name(sha, extension)


def test_render_files_lie_in_their_own_folder() -> None:
    assert storage.render_name(17, "last-frame.png") == "renders/17/last-frame.png"


@pytest.mark.parametrize("filename", ["../a.mp4", ".hidden", "a/b.mp4", "a..mp4", ""])
def test_render_name_takes_nothing_odd(filename: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        storage.render_name(17, filename)


@pytest.mark.parametrize("name", ["", ".", "/etc/passwd", "../x", "a/../../x", "a\\..\\x", "a\x00b"])
def test_absolute_refuses_to_leave_the_folder(name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        storage.absolute(name)


def test_absolute_refuses_a_link_that_leaves_the_folder(media_root: Path, tmp_path: Path) -> None:
    (media_root / "out").symlink_to(tmp_path)

    with pytest.raises(SuspiciousFileOperation):
        storage.absolute("out/secret")


def test_adopt_moves_the_file_with_its_mode(tmp_path: Path, media_root: Path) -> None:
    temporary = tmp_path / "upload"
    temporary.write_bytes(b"bytes")
    temporary.chmod(0o600)

    path = storage.adopt(temporary, "references/ab/12/x.jpg")

    assert path == media_root / "references/ab/12/x.jpg"
    assert path.read_bytes() == b"bytes"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert not temporary.exists()


def test_adopt_twice_is_one_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"same")
        path = storage.adopt(tmp_path / name, "a/b.jpg")

    assert [each.name for each in path.parent.iterdir()] == ["b.jpg"]
    assert not (tmp_path / "two").exists()


def test_adopt_again_after_a_crash_finds_the_work_done(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"same")
    storage.adopt(tmp_path / "one", "a/b.jpg")

    assert storage.adopt(tmp_path / "one", "a/b.jpg").read_bytes() == b"same"


def test_adopt_replaces_a_damaged_file(tmp_path: Path, media_root: Path) -> None:
    (media_root / "a.jpg").write_bytes(b"dam")
    (tmp_path / "one").write_bytes(b"whole")

    assert storage.adopt(tmp_path / "one", "a.jpg").read_bytes() == b"whole"


def test_adopt_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        storage.adopt(tmp_path / "none", "a.jpg")


def test_adopt_from_another_disk_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").write_bytes(b"far")

    def other_disk(source: Path, destination: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(storage, "settle", other_disk)
    path = storage.adopt(tmp_path / "one", "a/b.jpg")

    assert path.read_bytes() == b"far"
    assert [each.name for each in path.parent.iterdir()] == ["b.jpg"]
    assert not (tmp_path / "one").exists()


def test_remove_takes_empty_folders_along(tmp_path: Path, media_root: Path) -> None:
    (tmp_path / "one").write_bytes(b"x")
    storage.adopt(tmp_path / "one", "renders/1/video.mp4")

    storage.remove("renders/1/video.mp4")
    storage.remove("renders/1/video.mp4")

    assert list(media_root.iterdir()) == []


def taken_long_ago(name: str, content: bytes = b"frame") -> Path:
    """A stored file that nobody has taken up for a day."""
    path = storage.absolute(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (0, 0))
    return path


def test_file_that_a_dead_run_has_set_aside_comes_back_when_it_is_needed_by_then() -> None:
    path = taken_long_ago("references/ab/frame.png")
    path.replace(path.with_name("frame.png.going"))

    is_done = storage.remove_unless("references/ab/frame.png", lambda: True)

    assert (is_done, path.read_bytes(), list(path.parent.iterdir())) == (True, b"frame", [path])


def test_file_comes_back_when_the_last_look_breaks_off() -> None:
    path, looks = taken_long_ago("references/ab/frame.png"), iter([False])

    with pytest.raises(StopIteration):
        storage.remove_unless("references/ab/frame.png", lambda: next(looks))

    assert (path.read_bytes(), list(path.parent.iterdir())) == (b"frame", [path])


def test_file_that_is_put_into_place_while_another_lies_aside_keeps_its_own_time() -> None:
    path = taken_long_ago("references/ab/frame.png")
    aside = path.rename(path.with_name("frame.png.going"))
    path.write_bytes(b"frame")

    storage.remove_unless("references/ab/frame.png", lambda: True)

    assert (path.stat().st_mtime > 0, aside.exists()) == (True, False)
