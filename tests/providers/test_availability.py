from __future__ import annotations

from dataclasses import replace

from studio.choices import InputRole, Operation
from studio.providers import registry
from studio.providers.availability import Choice, Selection, options
from tests.providers.factories import model

BASE, FAST, MINI = "seedance-2.0", "seedance-2.0-fast", "seedance-2.0-mini"
TOKENLAB = registry.get("tokenlab").capabilities


def _reasons(choices: list[Choice]) -> dict[str, str]:
    return {choice.value: choice.reason for choice in choices}


def test_nothing_chosen_rules_nothing_out() -> None:
    offered = options(TOKENLAB, Selection())

    lists = (offered.models, offered.operations, offered.resolutions, offered.aspect_ratios, offered.durations)
    assert [choice for choices in lists for choice in choices if choice.reason] == []
    assert [choice.value for choice in offered.models] == [BASE, FAST, MINI]
    assert [choice.value for choice in offered.operations] == Operation.values
    assert offered.durations[0] == Choice("4", "4 s")


def test_model_first_rules_out_resolutions() -> None:
    offered = options(TOKENLAB, Selection(model=FAST))

    assert _reasons(offered.resolutions) == {
        "480p": "",
        "720p": "",
        "1080p": "1080p only on Seedance 2.0.",
        "4k": "4k only on Seedance 2.0.",
    }


def test_resolution_first_rules_out_models() -> None:
    offered = options(TOKENLAB, Selection(resolution="4k"))

    assert _reasons(offered.models) == {
        BASE: "",
        FAST: "Seedance 2.0 Fast renders 480p and 720p only.",
        MINI: "Seedance 2.0 Mini renders 480p and 720p only.",
    }


def test_operation_rules_out_models_and_the_reverse() -> None:
    fast = model("seedance-2.0-fast")
    narrowed = replace(
        fast,
        operations={name: rule for name, rule in fast.operations.items() if name != Operation.VIDEO_EXTENSION},
        durations=(5, 10),
        aspect_ratios=("16:9",),
    )
    capabilities = (model("seedance-2.0"), narrowed)

    by_operation = options(capabilities, Selection(operation=Operation.VIDEO_EXTENSION))
    by_model = options(capabilities, Selection(model=FAST))
    by_length = options(capabilities, Selection(duration=7))
    by_ratio = options(capabilities, Selection(aspect_ratio="1:1"))

    assert _reasons(by_operation.models)[FAST] == "Seedance 2.0 Fast does not offer “Extend a take”."
    assert _reasons(by_model.operations)["video-extension"] == "Extend a take only on Seedance 2.0."
    assert _reasons(by_model.durations)["7"] == "7 s only on Seedance 2.0."
    assert _reasons(by_model.aspect_ratios)["1:1"] == "1:1 only on Seedance 2.0."
    assert _reasons(by_length.models)[FAST] == "Seedance 2.0 Fast renders 5 or 10 seconds only."
    assert _reasons(by_ratio.models)[FAST] == "Seedance 2.0 Fast offers 16:9 only."


def test_operation_that_no_model_has_says_so() -> None:
    fast = model("seedance-2.0-fast")
    text_only = replace(fast, operations={Operation.TEXT_TO_VIDEO: fast.operations[Operation.TEXT_TO_VIDEO]})

    offered = options((text_only,), Selection())

    assert _reasons(offered.operations)["video-to-video"] == "Edit a video is offered by no model here."


def test_tray_rules_out_mini() -> None:
    selection = Selection(operation=Operation.REFERENCE_TO_VIDEO, roles={InputRole.REFERENCE_VIDEO: 1})

    offered = options(TOKENLAB, selection)

    assert _reasons(offered.models) == {BASE: "", FAST: "", MINI: "Seedance 2.0 Mini takes no reference videos."}


def test_model_is_listed_once_whoever_offers_it() -> None:
    everything = registry.all_capabilities()

    offered = options(everything, Selection())

    assert [choice.label for choice in offered.models] == list(dict.fromkeys(item.name for item in everything))


def test_model_can_do_what_any_of_its_gateways_can() -> None:
    both = (*TOKENLAB, *registry.get("tokenhub").capabilities)

    free = options(both, Selection(model=FAST))
    pinned = options(both, Selection(model=FAST, pinned=registry.get("tokenhub").capabilities))

    assert _reasons(free.aspect_ratios)["21:9"] == ""
    assert _reasons(pinned.aspect_ratios)["21:9"] == "21:9 only at TokenLab."
    assert _reasons(free.operations)["video-extension"] == ""
    assert _reasons(pinned.operations)["video-extension"].startswith("TokenHub has no way to extend a take")
    assert _reasons(pinned.models)[MINI] == (
        "The gateway chosen here does not offer Seedance 2.0 Mini. Choose another gateway first."
    )


def test_value_that_no_gateway_has_for_the_chosen_operation_says_so() -> None:
    base = model("seedance-2.0")
    text_only = replace(base, operations={Operation.TEXT_TO_VIDEO: base.operations[Operation.TEXT_TO_VIDEO]})
    small = replace(base, resolutions=("480p",))

    offered = options((text_only, small), Selection(model=BASE, operation=Operation.VIDEO_TO_VIDEO))

    assert _reasons(offered.resolutions)["4k"] == "4k not together with “Edit a video”."
