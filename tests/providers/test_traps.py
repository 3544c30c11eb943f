"""Traps by codes and by gateways' words, and what merely sounds like one."""

from __future__ import annotations

import pytest

from studio.providers.traps import Trap, advice, meaning, trap_of


@pytest.mark.parametrize(
    ("code", "said", "trap"),
    [
        ("OutputAudioSensitiveContentDetected", "", Trap.SOUND_REFUSED),
        ("", "The output audio was refused by content moderation", Trap.SOUND_REFUSED),
        ("", "The generated audio may contain sensitive information.", Trap.SOUND_REFUSED),
        ("", "failed: OutputAudioSensitiveContentDetected", Trap.SOUND_REFUSED),
        ("InvalidParameter", "The resource could not be downloaded", Trap.CANNOT_FETCH),
        ("", "Failed to download the file given in content[1].image_url", Trap.CANNOT_FETCH),
        ("", "reference_images[0]: the URL could not be reached (refused)", Trap.CANNOT_FETCH),
        ("", "video_url: the URL was answered with HTTP 403", Trap.CANNOT_FETCH),
        ("", "Unable to fetch image", Trap.CANNOT_FETCH),
        ("media_unreachable", "", Trap.CANNOT_FETCH),
        ("media_download_failed", "", Trap.CANNOT_FETCH),
        ("", "The parameter `ratio` is not valid: Must be adaptive where one video is edited", Trap.LONE_VIDEO_RATIO),
        ("", "ratio 16:9 is not supported in video editing, use adaptive", Trap.LONE_VIDEO_RATIO),
        ("InputImageSensitiveContentDetected.PrivacyInformation", "", Trap.REAL_FACE),
        ("", "The input image may contain a real person.", Trap.REAL_FACE),
    ],
)
def test_trap_is_told_by_code_or_words(code: str, said: str, trap: Trap) -> None:
    assert trap_of(code, said) == trap


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", ""),
        ("InputTextSensitiveContentDetected", "The input text may contain sensitive information"),
        ("InputAudioSensitiveContentDetected", "The input audio may contain sensitive information"),
        ("OutputVideoSensitiveContentDetected", "The output video may contain sensitive information"),
        ("InvalidParameter", "ratio: Must be one of 16:9, 9:16, adaptive for a video"),
        ("InvalidParameter", "The file could not be opened as an image"),
        ("", "a realistic person was asked for"),
        ("", "The video was downloaded but not accepted"),
    ],
)
def test_other_refusals_are_no_trap(code: str, said: str) -> None:
    assert trap_of(code, said) is None


@pytest.mark.parametrize("trap", Trap)
def test_every_trap_says_what_it_means_and_what_to_do(trap: Trap) -> None:
    assert meaning(trap).endswith(".")
    assert advice(trap).endswith(".")
