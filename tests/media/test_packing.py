"""Large archives: in runs, in blocks, whole or not there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from itertools import count
from pathlib import Path

import pytest

from studio.media import packing
from studio.media.packing import forget, pack


@pytest.fixture
def films(tmp_path: Path) -> dict[str, Path]:
    """Three files of different lengths."""
    made = {}
    for number in range(1, 4):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(bytes([number]) * 1000 * number)
        made[f"take-{number}.mp4"] = path
    return made


def silent(done: int) -> None:
    """Hears nothing."""


def content(target: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_archive_holds_texts_and_files_uncompressed(tmp_path: Path, films: dict[str, Path]) -> None:
    heard: list[int] = []

    whole = pack(tmp_path / "a.zip", texts={"m.json": "{}"}, files=films, tell=heard.append, stop=lambda: False)

    assert whole
    assert content(tmp_path / "a.zip") == {"m.json": b"{}"} | {name: path.read_bytes() for name, path in films.items()}
    assert heard == [1000, 3000, 6000]
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.getinfo("take-1.mp4").compress_type == zipfile.ZIP_STORED


def test_run_that_is_over_is_gone_on_with(tmp_path: Path, films: dict[str, Path]) -> None:
    target = tmp_path / "a.zip"
    heard: list[int] = []
    looks = count()

    first = pack(target, texts={"m.json": "1"}, files=films, tell=silent, stop=lambda: next(looks) == 2)
    there = target.exists()
    second = pack(target, texts={"m.json": "2"}, files=films, tell=heard.append, stop=lambda: False)

    assert (first, there, second) == (False, False, True)
    assert heard == [6000]
    assert content(target)["m.json"] == b"1"
    assert sorted(content(target)) == ["m.json", *films]


def test_what_a_dead_run_has_left_is_not_believed(tmp_path: Path, films: dict[str, Path]) -> None:
    target = tmp_path / "a.zip"

    def die(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(target, texts={}, files=films, tell=die, stop=lambda: False)
    target.with_name("a.zip.writing").write_bytes(b"half an archive")

    assert pack(target, texts={}, files=films, tell=silent, stop=lambda: False)
    assert sorted(content(target)) == [*films]


def test_nothing_is_left_of_an_archive_that_is_not_wanted(tmp_path: Path, films: dict[str, Path]) -> None:
    target = tmp_path / "out" / "a.zip"
    pack(target, texts={}, files=films, tell=silent, stop=lambda: True)

    forget(target)

    assert list(target.parent.iterdir()) == []


def test_a_film_whose_date_was_lost_is_packed_too(tmp_path: Path, films: dict[str, Path]) -> None:
    # As a restored backup may leave it; the dates of a ZIP begin in 1980.
    for film in films.values():
        os.utime(film, (0, 0))

    assert pack(tmp_path / "a.zip", texts={}, files=films, tell=silent, stop=lambda: False)
    assert sorted(content(tmp_path / "a.zip")) == [*films]


def test_sizes_beyond_four_gigabytes_are_foreseen(
    tmp_path: Path, films: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "LARGE", 2000)

    pack(tmp_path / "a.zip", texts={}, files=films, tell=silent, stop=lambda: False)

    # The extra field with the id 1 is the one for 64 bits.
    raw = (tmp_path / "a.zip").read_bytes()
    assert [raw[raw.index(name.encode()) + len(name) :][:2] == b"\x01\x00" for name in films] == [False, True, True]
    assert sorted(content(tmp_path / "a.zip")) == [*films]


def test_a_large_film_is_never_held_in_memory(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    program = f"""
import resource
from pathlib import Path
from studio.media.packing import pack
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pack(Path({str(tmp_path / "a.zip")!r}), texts={{}}, files={{"film.mp4": Path({str(film)!r})}},
     tell=lambda done: None, stop=lambda: False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    grown = int(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)

    assert grown < 20_000, f"{grown} KB"
    assert (tmp_path / "a.zip").stat().st_size > 300 * 1024 * 1024
