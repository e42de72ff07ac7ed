"""Links of races: what is written reads back as the same race, and nothing else is let in."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.errors import UserError
from visualizer.race import surfaces
from visualizer.race.config import CLOCKS, MOST_RACERS, Race, Racer
from visualizer.race.lineup import new_race
from visualizer.race.link import LONGEST, from_text, read, to_text
from visualizer.race.racers import RACERS
from visualizer.race.surface import Window
from visualizer.training.schedules import SCHEDULES

finite = st.floats(-1e9, 1e9)
positive = st.floats(1e-9, 1e30)
colors = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def values_of(fields: Any) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    """Some settings of a row, within their limits."""

    def value(row: Any) -> st.SearchStrategy[Any]:
        if row.type is bool:
            return st.booleans()
        if row.type is str:
            return st.sampled_from(row.choices)
        low, high = row.minimum, row.maximum
        return st.integers(int(low), int(high)) if row.type is int else st.floats(low, high)

    chosen = st.lists(st.sampled_from(fields), unique=True) if fields else st.just([])
    return chosen.flatmap(lambda rows: st.tuples(*(st.tuples(st.just(row.name), value(row)) for row in rows)))


@st.composite
def racers(draw: st.DrawFn) -> Racer:
    row, schedule = (
        draw(st.sampled_from(list(RACERS.values()))),
        draw(st.sampled_from(list(SCHEDULES.values()))),
    )
    return Racer(
        draw(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)),
        row.name,
        draw(st.floats(allow_nan=False, allow_infinity=False)),
        draw(values_of(row.fields)),
        schedule.name,
        draw(values_of(schedule.fields)),
        draw(colors),
        draw(st.booleans()),
    )


@st.composite
def races(draw: st.DrawFn) -> Race:
    surface = draw(st.sampled_from(list(surfaces.SURFACES.values())))
    if draw(st.booleans()):
        left, bottom = draw(st.floats(-100, 100)), draw(st.floats(-100, 100))
        width, height = draw(st.floats(0.01, 100)), draw(st.floats(0.01, 100))
        surface = replace(surface, window=Window(left, left + width, bottom, bottom + height))
    if draw(st.booleans()):
        surface = replace(surface, loss_tolerance=draw(positive), gradient_tolerance=draw(positive))
    return Race(
        surface,
        draw(st.tuples(finite, finite)),
        tuple(draw(st.lists(racers(), max_size=5, unique_by=lambda one: one.key))),
        draw(st.integers(1, 20_000)),
        draw(st.sampled_from(CLOCKS)),
        draw(st.floats(0, 100)),
        draw(st.integers(0, 2**32 - 1)),
        draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None)
@given(races())
def test_a_race_reads_back_as_it_was_written(race: Race) -> None:
    text = to_text(race)
    assert text.isascii()
    assert from_text(text) == race


def test_a_formula_of_ones_own_reads_back_with_its_minima() -> None:
    surface = surfaces.own_surface("x^2 + (y - 1)^2", Window(-2, 3, -4, 5), (1.0, 2.0))
    race = replace(new_race(surface, ("adam", "adam")), start=(0.25, -1.5), noise=0.5, seed=7)
    assert from_text(to_text(race)) == race
    assert len(from_text(to_text(race)).surface.minima) == 1


def test_the_noisy_version_of_a_surface_reads_back() -> None:
    race = new_race(surfaces.surface("beale-noisy"))
    assert from_text(to_text(race)) == race


def test_a_link_may_be_written_by_hand() -> None:
    race = from_text('{"version": 1, "surface": "beale", "racers": [{"optimizer": "adam"}]}')
    assert race == new_race(surfaces.surface("beale"), ("adam",))


def test_a_link_is_read_from_a_file(tmp_path: Path) -> None:
    race = new_race(surfaces.surface("beale"))
    (tmp_path / "race.json").write_text(to_text(race), encoding="utf-8")
    assert read(tmp_path / "race.json") == race
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    for name in ("picture.png", "no-such-file.json", ""):
        with pytest.raises(UserError):
            read(tmp_path / name)


def test_a_class_is_named_and_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hostile_module.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    racer = {"optimizer": "hostile_module:Optimizer", "settings": {"beta": 0.5, "fast": True, "mode": "a"}}
    race = from_text(json.dumps({"version": 1, "surface": "beale", "racers": [racer]}))
    assert race.racers[0].optimizer == "hostile_module:Optimizer"
    assert dict(race.racers[0].settings) == racer["settings"]
    assert "hostile_module" not in sys.modules
    assert from_text(to_text(race)) == race


ADAM = {"optimizer": "adam"}
GOOD: Mapping[str, Any] = {"version": 1, "surface": "beale", "racers": [ADAM]}
BAD: Mapping[str, Any] = {
    "another version": {**GOOD, "version": 2},
    "no version": {"surface": "beale", "racers": [ADAM]},
    "version true": {**GOOD, "version": True},
    "no surface": {"version": 1, "racers": [ADAM]},
    "unknown surface": {**GOOD, "surface": "no-such-surface"},
    "name and formula": {**GOOD, "surface": {"name": "beale", "formula": "x"}},
    "bad formula": {**GOOD, "surface": {"formula": "__import__('os')"}},
    "long formula": {**GOOD, "surface": {"formula": "x+" * 40_000 + "x"}},
    "deep formula": {**GOOD, "surface": {"formula": "(" * 20_000 + "x" + ")" * 20_000}},
    "surface with more": {**GOOD, "surface": {"name": "beale", "colour": 1}},
    "window the wrong way": {**GOOD, "surface": {"name": "beale", "window": [1, -1, 0, 1]}},
    "window without width": {**GOOD, "surface": {"name": "beale", "window": [1e9, 1e9 + 1e-7, 0, 1]}},
    "infinite window": {**GOOD, "surface": {"name": "beale", "window": [-1e308, 1e308, 0, 1]}},
    "negative tolerance": {**GOOD, "surface": {"name": "beale", "loss_tolerance": -1}},
    "no list of racers": {"version": 1, "surface": "beale"},
    "racers that are none": {**GOOD, "racers": {"adam": 1}},
    "too many racers": {**GOOD, "racers": [{"key": str(i), **ADAM} for i in range(MOST_RACERS + 1)]},
    "two of one key": {**GOOD, "racers": [ADAM, ADAM]},
    "unknown optimizer": {**GOOD, "racers": [{"optimizer": "adamm"}]},
    "no class": {**GOOD, "racers": [{"optimizer": "os:system('x')"}]},
    "unknown entry": {**GOOD, "colour": "red"},
    "unknown entry of a racer": {**GOOD, "racers": [{**ADAM, "speed": 1}]},
    "unknown setting": {**GOOD, "racers": [{**ADAM, "settings": {"speed": 1}}]},
    "setting out of range": {**GOOD, "racers": [{**ADAM, "settings": {"beta1": 2}}]},
    "setting of another type": {**GOOD, "racers": [{**ADAM, "settings": {"beta1": "fast"}}]},
    "unknown schedule": {**GOOD, "racers": [{**ADAM, "schedule": "sometimes"}]},
    "a rate that is a word": {**GOOD, "racers": [{**ADAM, "learning_rate": "fast"}]},
    "a rate that is too long": {**GOOD, "racers": [{**ADAM, "learning_rate": 10**400}]},
    "a colour that is none": {**GOOD, "racers": [{**ADAM, "color": "url(x)"}]},
    "a key of two lines": {**GOOD, "racers": [{**ADAM, "key": "a\nb"}]},
    "shown by a number": {**GOOD, "racers": [{**ADAM, "shown": 1}]},
    "too many steps": {**GOOD, "steps": 20_001},
    "no step": {**GOOD, "steps": 0},
    "half a step": {**GOOD, "steps": 1.5},
    "unknown clock": {**GOOD, "clock": ["steps"]},
    "negative noise": {**GOOD, "noise": -1},
    "negative seed": {**GOOD, "seed": -1},
    "start of three": {**GOOD, "start": [1, 2, 3]},
    "start of words": {**GOOD, "start": ["1", "2"]},
    "no object": [GOOD],
    "nothing": None,
}


@pytest.mark.parametrize("document", BAD.values(), ids=BAD.keys())
def test_what_is_no_race_is_refused_in_a_sentence(document: Any) -> None:
    with pytest.raises(UserError) as raised:
        from_text(json.dumps(document))
    sentence = str(raised.value)
    assert len(sentence) < 800
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * LONGEST,
        '{"a":' * 15_000,
        '{"version": 1, "surface": "beale", "start": [NaN, 1], "racers": [{"optimizer": "adam"}]}',
        '{"version": 1, "surface": "beale", "start": [1e999, 1], "racers": [{"optimizer": "adam"}]}',
        '{"version": 1, "version": 1, "surface": "beale", "racers": [{"optimizer": "adam"}]}',
        '{"version": 1, "surface": "\\ud800", "racers": [{"optimizer": "adam"}]}',
        '{"version": 1, "surface": "beale", "racers": [{"optimizer": "adam", "key": "\\ud800"}]}',
        f'{{"version": {"9" * 5000}}}',
        " " * (LONGEST + 1),
    ],
    ids=[
        "empty",
        "cut off",
        "brackets",
        "nested",
        "nan",
        "infinite",
        "twice",
        "surrogate",
        "key",
        "digits",
        "long",
    ],
)
def test_hostile_text_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError):
        from_text(text)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["version", "surface", "racers", "optimizer", "start", "window", "key", "x"]),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_race_or_a_sentence(document: Any) -> None:
    for text in (json.dumps(document), json.dumps({**GOOD, "start": document, "racers": [ADAM]})):
        try:
            race = from_text(text)
        except UserError:
            continue
        assert from_text(to_text(race)) == race
