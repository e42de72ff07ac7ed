import math
from dataclasses import asdict, replace

import pytest

from visualizer.training.augmentation import AUGMENTATIONS
from visualizer.training.averaging import AVERAGINGS
from visualizer.training.config import TrainingConfig
from visualizer.training.losses import LOSSES
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.schedules import SCHEDULES
from visualizer.training.settings import SECTIONS, changes, get, problems, settings, with_locked, with_value

USUAL = TrainingConfig()
TABLES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "loss": LOSSES, "averaging": AVERAGINGS}


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, table in TABLES.items() for name in table])
def test_every_row_of_every_table_makes_a_form_without_problems(key, name):
    config = with_value(USUAL, key, name)
    assert problems(config, training_count=100, layers=("a",)) == {}
    rows = {row.key: row for row in settings(config, ("a",))}
    for field in getattr(TABLES[key][name], "fields", ()):
        assert rows[f"{key}.{field.name}"].field is field
    for row in rows.values():
        value = get(config, row.key)
        assert isinstance(value, (int, float) if row.field.type is float else row.field.type)
        assert get(with_value(config, row.key, value), row.key) == value
        assert with_value(config, row.key, value) in (config, replace(config, learning_rate=value))


def test_every_setting_of_the_config_is_in_the_form_but_how_often_is_read():
    keys = {row.key.partition(".")[0] for row in settings(USUAL)}
    own = {"optimizer_settings", "schedule_settings", "averaging_settings"}
    assert keys == set(asdict(USUAL)) - own - {"reading"}


def test_keys_are_unique_and_the_numbers_in_range():
    rows = list(settings(USUAL))
    assert len({row.key for row in rows}) == len(rows)
    assert len({section.key for section in SECTIONS}) == len(SECTIONS)
    for row in rows:
        assert not row.titles or len(row.titles) == len(row.field.choices)


def test_a_setting_of_a_row_is_kept_and_its_default_left_out():
    config = with_value(USUAL, "optimizer.beta1", 0.8)
    assert config.optimizer_settings == {"beta1": 0.8}
    assert get(config, "optimizer.beta1") == 0.8
    assert get(config, "optimizer.beta2") == 0.999
    assert with_value(config, "optimizer.beta1", 0.9) == USUAL
    config = with_value(USUAL, "augmentation.flip", 0.5)
    assert config.augmentation == {"flip": 0.5}
    assert with_value(config, "augmentation.flip", 0) == USUAL


def test_another_optimizer_begins_with_its_own_learning_rate():
    config = with_value(with_value(USUAL, "learning_rate", 0.5), "optimizer.beta1", 0.8)
    changed = with_value(config, "optimizer", "nesterov")
    assert get(changed, "learning_rate") == OPTIMIZERS["nesterov"].learning_rate
    assert changed.optimizer_settings == {}
    assert with_value(config, "optimizer", "adamw") == config


def test_what_is_locked_stays():
    wanted = replace(USUAL, batch=3, seed=4, freeze_to="x", epochs=99, learning_rate=0.5, l1=0.1)
    assert with_locked(wanted, USUAL) == replace(USUAL, epochs=99, learning_rate=0.5, l1=0.1)
    live = {
        row.key.partition(".")[0] for section in SECTIONS if section.live for row in section.fields(USUAL)
    }
    changed = with_locked(
        TrainingConfig(9, 9, "sgd", 9.0, {}, "step", {}, 9.0, "hinge", 0.9, 9.0, 9.0, "ema", {},
                       {"flip": 0.9}, 9, "x", 9.0, "float32", 9, 9, 9),
        USUAL,
    )  # fmt: skip
    assert {key for key, value in asdict(changed).items() if value != asdict(USUAL)[key]} == live


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("learning_rate", 0.01, "learning rate 0.01"),
        ("optimizer", "adam", "optimizer Adam"),
        ("schedule", "one-cycle", None),
        ("schedule", "cosine", "schedule Cosine"),
        ("optimizer.weight_decay", 0.5, "weight decay 0.5"),
        ("augmentation.flip", 0.5, "flip 0.5"),
        ("l1", 1e-5, "L1 1e-05"),
        ("epochs", 20, "epochs 20"),
    ],
)
def test_changes_in_words(key, value, text):
    assert changes(USUAL, with_value(USUAL, key, value)) == ((text,) if text else ())


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"learning_rate": -1.0}, "learning_rate", "above 0, not -1: try 0.002"),
        ({"learning_rate": 0.0}, "learning_rate", "above 0"),
        ({"learning_rate": math.nan}, "learning_rate", "must be a number"),
        ({"learning_rate": math.inf}, "learning_rate", "must be a number"),
        ({"epochs": 0}, "epochs", "at least 1"),
        ({"batch": 0}, "batch", "at least 1"),
        ({"batch": 101}, "batch", "there are 100 training images. Take 100 or fewer"),
        ({"batch": 2.5}, "batch", "whole number"),
        ({"batch": "many"}, "batch", "needs a number"),
        ({"optimizer": "adamant"}, "optimizer", "choose one of sgd, momentum"),
        ({"schedule": "sometimes"}, "schedule", "one-cycle"),
        ({"loss": "regret"}, "loss", "cross-entropy"),
        ({"averaging": "harmonic"}, "averaging", "polyak"),
        ({"precision": "float8"}, "precision", "choose one of auto, float32"),
        ({"optimizer_settings": {"beta1": 1.0}}, "optimizer.beta1", "at most 0.9999"),
        ({"augmentation": {"rotation": 500.0}}, "augmentation.rotation", "at most 180"),
        ({"warm_up": 8.0}, "warm_up", "shorter than the run of 8 epochs"),
        ({"freeze_to": "nowhere"}, "freeze_to", "There is no freeze up to 'nowhere'"),
        ({"optimizer": "lbfgs", "body_rate": 0.1}, "body_rate", "one learning rate"),
        ({"optimizer": "muon"}, "optimizer", "choose AdamW"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_at_its_place(given, key, words):
    found = problems(replace(USUAL, **given), training_count=100, layers=("conv1",), has_matrices=False)
    assert list(found) == [key]
    assert words in found[key]
    assert found[key][0].isupper()
    assert found[key].endswith(".")


def test_augmentations_can_be_switched_on():
    (section,) = (section for section in SECTIONS if section.key == "augmentation")
    for row, kind in zip(section.fields(USUAL), AUGMENTATIONS.values(), strict=True):
        assert get(USUAL, row.key) == row.field.default == 0
        assert get(with_value(USUAL, row.key, row.usual), row.key) == kind.usual
