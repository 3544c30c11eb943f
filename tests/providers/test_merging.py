"""Several records of one model as one: never more than one of them can do, never less."""

from __future__ import annotations

from dataclasses import replace

from studio.choices import InputRole, Operation
from studio.providers import registry
from studio.providers.merging import merged
from tests.providers.factories import model


def test_one_record_stays_as_it_is() -> None:
    assert merged([model("seedance-2.0")]) == model("seedance-2.0")


def test_union_of_what_each_can_do() -> None:
    base = model("seedance-2.0")
    small = replace(base, resolutions=("360p",), durations=(3,), sound_offered=False, seed=None, operations={})

    found = merged([small, base])

    assert found.resolutions == ("360p", *base.resolutions)
    assert found.durations == (3, *base.durations)
    assert (found.sound_offered, found.seed, list(found.operations)) == (True, base.seed, list(base.operations))


def test_references_are_those_of_the_record_that_takes_most() -> None:
    mini = model("seedance-2.0-mini")
    wide = replace(mini, operations=model("seedance-2.0").operations)

    rule = merged([mini, wide]).operations[Operation.REFERENCE_TO_VIDEO]

    found = {role: each.ceiling for role in InputRole if (each := rule.rule_for(role))}
    assert found == {
        InputRole.REFERENCE_IMAGE: 9,
        InputRole.REFERENCE_VIDEO: 3,
        InputRole.REFERENCE_AUDIO: 3,
    }


def test_rules_for_all_files_hold_only_where_all_records_have_them() -> None:
    (open_api,) = [item for item in registry.get("seedance").capabilities if item.studio_model == "seedance-2.0"]
    operation = Operation.REFERENCE_TO_VIDEO

    alone, together = merged([open_api, open_api]), merged([open_api, model("seedance-2.0")])

    assert (alone.operations[operation].max_inputs, together.operations[operation].max_inputs) == (5, None)
    assert (alone.operations[operation].mixes_kinds, together.operations[operation].mixes_kinds) == (True, False)


def test_role_that_only_one_record_knows_is_needed_by_none() -> None:
    base = model("seedance-2.0")
    text_only = base.operations[Operation.TEXT_TO_VIDEO]
    bare = replace(base, operations={Operation.IMAGE_TO_VIDEO: replace(text_only, operation=Operation.IMAGE_TO_VIDEO)})

    (rule,) = merged([base, bare]).operations[Operation.IMAGE_TO_VIDEO].inputs

    assert (rule.minimum, rule.ceiling) == (0, 1)
