"""Line-ups: keys, colours and learning rates."""

from dataclasses import replace

import pytest

from visualizer.errors import UserError
from visualizer.race import lineup
from visualizer.race.config import MOST_RACERS
from visualizer.race.racers import RACERS, USUAL
from visualizer.race.surfaces import SURFACES, surface


def keys(race):
    return [racer.key for racer in race.racers]


def test_a_first_race():
    beale = surface("beale")
    race = lineup.new_race(beale)
    assert keys(race) == list(USUAL)
    assert race.start == beale.start
    assert race.steps == beale.steps
    for racer in race.racers:
        assert racer.color == RACERS[racer.optimizer].color
        assert racer.learning_rate == beale.rates.get(racer.optimizer, RACERS[racer.optimizer].learning_rate)


def test_what_is_given_goes_before():
    race = lineup.new_race(surface("beale"), ("adam", "sgd"), {"adam": 0.7}, (1.0, 2.0), 77)
    assert race.racers[0].learning_rate == 0.7
    assert race.start == (1.0, 2.0)
    assert race.steps == 77


def test_several_of_a_kind_have_keys_and_colours_of_their_own():
    race = lineup.new_race(surface("bowl"), ("adam",) * 6 + ("my.module:Adam",) * 3)
    assert keys(race)[:3] == ["adam", "adam-2", "adam-3"]
    assert keys(race)[6:] == ["Adam", "Adam-2", "Adam-3"]
    assert len({racer.color for racer in race.racers}) == 9
    assert all(len(racer.color) == 7 and int(racer.color[1:], 16) >= 0 for racer in race.racers)
    without = lineup.remove_racer(race, "adam-2")
    assert "adam-2" in keys(lineup.add_racer(without, "adam"))


def test_a_copy_stands_behind_its_original():
    race = lineup.new_race(surface("bowl"), ("sgd", "adam", "momentum"))
    changed = replace(race.racers[1], learning_rate=0.5, settings=(("beta1", 0.5),))
    race = lineup.duplicate_racer(lineup.replace_racer(race, "adam", changed), "adam")
    assert keys(race) == ["sgd", "adam", "adam-2", "momentum"]
    assert race.racers[2].settings == (("beta1", 0.5),)
    assert race.racers[2].color != race.racers[1].color


def test_another_optimizer_in_the_place_of_one():
    race = lineup.new_race(surface("bowl"), ("sgd", "adam"))
    race = lineup.replace_racer(race, "sgd", replace(race.racers[0], optimizer="adam"))
    assert keys(race) == ["adam-2", "adam"]
    assert len({racer.color for racer in race.racers}) == 2
    with pytest.raises(UserError, match="no racer 'nobody'"):
        lineup.replace_racer(race, "nobody", race.racers[0])


def test_other_surfaces_have_other_rates():
    race = lineup.new_race(surface("bowl"), ("sgd", "adam"))
    for on in SURFACES.values():
        moved = lineup.on_surface(race, on)
        assert moved.start == on.start
        assert moved.racers[0].learning_rate == lineup.usual_rate(on, "sgd")
        assert keys(moved) == keys(race)


def test_limits_and_names():
    race = lineup.new_race(surface("bowl"), ("sgd",) * MOST_RACERS)
    assert len(set(keys(race))) == MOST_RACERS
    with pytest.raises(UserError, match="at most"):
        lineup.add_racer(race, "sgd")
    with pytest.raises(UserError, match="no optimizer 'sdg'"):
        lineup.new_race(surface("bowl"), ("sdg",))
