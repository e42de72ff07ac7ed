"""The settings of a run: what holds, what waits while it goes on, what is wrong, and what is kept."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.data.dataset import DataChoice
from visualizer.training import settings
from visualizer.training.config import TrainingConfig
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.schedules import SCHEDULES, factor
from visualizer.ui.run_form import DataFacts, NetworkFacts
from visualizer.ui.run_own_rows import OWN_ROWS
from visualizer.ui.run_sections import planned_rates
from visualizer.ui.run_settings import RunSettings

USUAL = TrainingConfig(epochs=20, batch=64, learning_rate=0.005)
CHOICE = DataChoice("shapes", per_epoch=4096, validation_count=1024)
NETWORK = NetworkFacts("shapes-net", ("conv1", "block.conv2"), 9000, 9)


@pytest.fixture
def run(qapp):
    made = RunSettings()
    made.set_network(NETWORK, USUAL, CHOICE)
    made.set_dataset(DataFacts(4096, 1024, 0, 9))
    made.set_phase("idle")
    return made


def rows(run):
    return {row.key: row for section in run.form.sections for row in section.rows}


def other(row):
    """Another value that the row takes."""
    if row.setting.choices:
        return next(word for word in row.setting.choices if word not in (row.value, "folder"))
    if row.setting.type is bool:
        return not row.value
    return row.setting.type(row.value + 1 if row.value + 1 <= row.setting.maximum else row.value / 2)


def test_every_setting_is_there_once_and_takes_another_value(run):
    keys = [row.key for section in run.form.sections for row in section.rows]
    assert len(keys) == len(set(keys))
    assert {row.key for row in settings.settings(run.config)} <= set(keys)
    shown = {row.key for row in OWN_ROWS.values()} - {"data.validation_share"}
    assert shown <= set(keys)
    for key in keys:
        run.set_value("data.source", "shapes")
        run.reset()
        value = other(rows(run)[key])
        run.set_value(key, value)
        assert rows(run)[key].value == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize("key", ["optimizer", "schedule", "averaging", "loss"])
def test_each_kind_brings_its_own_fields(run, key):
    for word in rows(run)[key].setting.choices:
        run.set_value(key, word)
        expected = [row.key for row in settings.settings(run.config)]
        assert sorted(set(rows(run)) - set(OWN_ROWS)) == sorted(expected)
        assert rows(run)[key].value == word


def test_before_a_run_an_edit_holds_at_once(run):
    run.set_value("learning_rate", 0.3)
    assert run.config.learning_rate == 0.3
    assert (run.form.waiting, run.form.changed) == (0, 1)
    run.reset()
    assert run.config == USUAL
    assert run.form.changed == 0


def test_another_optimizer_begins_with_its_own_learning_rate(run):
    run.set_value("optimizer", "nesterov")
    assert rows(run)["learning_rate"].value == OPTIMIZERS["nesterov"].learning_rate


def test_during_a_run_an_edit_waits_until_it_is_applied(run):
    told = []
    run.applied.connect(told.append)
    run.set_phase("running")
    run.set_value("learning_rate", 0.3)
    run.set_value("optimizer.weight_decay", 0.5)
    assert run.config == USUAL
    assert run.form.waiting == 2
    assert rows(run)["learning_rate"].waiting
    run.apply()
    assert [config.learning_rate for config in told] == [0.3]
    assert run.config.optimizer_settings["weight_decay"] == 0.5
    assert run.form.waiting == 0


def test_what_waits_can_be_taken_back(run):
    kept = []
    run.set_value("epochs", 5)
    run.set_phase("running")
    run.edited.connect(kept.append)
    run.set_value("learning_rate", 0.3)
    run.set_value("learning_rate", 0.4)
    run.revert()
    assert rows(run)["learning_rate"].value == 0.005
    assert run.form.waiting == 0
    assert json.loads(kept[-1]) == {"epochs": 5}


def test_a_changed_optimizer_is_one_change(run):
    run.set_phase("running")
    run.set_value("optimizer", "sgd")
    waiting = {key for key, row in rows(run).items() if row.waiting}
    assert waiting == {"optimizer", "learning_rate", "optimizer.weight_decay"}
    run.revert()
    assert run.form.waiting == 0


def test_after_the_run_all_unlocks_and_holds(run):
    run.set_phase("running")
    locked = {key for key, row in rows(run).items() if row.locked}
    assert {"data.source", "batch", "seed", "averaging", "freeze_to", "start"} <= locked
    assert not locked & {"learning_rate", "optimizer", "schedule", "epochs", "l2", "augmentation.flip"}
    run.set_value("learning_rate", 0.3)
    run.set_phase("ended")
    assert run.config.learning_rate == 0.3
    assert not any(row.locked or row.waiting for row in rows(run).values())


def test_pausing_and_stepping_is_the_same_run(run):
    run.set_phase("running")
    run.set_value("learning_rate", 0.3)
    for phase in ("paused", "running", "stopping"):
        run.set_phase(phase)
        assert run.form.waiting == 1
        assert run.config == USUAL


def test_what_does_not_fit_has_its_sentence_and_the_last_valid_value_holds(run):
    run.set_dataset(DataFacts(40, 10, 0, 9))
    run.set_value("batch", 32)
    run.set_value("batch", 1000)
    assert "40" in rows(run)["batch"].problem
    assert rows(run)["batch"].value == 1000
    assert run.config.batch == 32
    run.set_value("epochs", 3)  # another setting goes on to hold
    assert (run.config.batch, run.config.epochs) == (32, 3)
    run.set_value("batch", 40)
    assert rows(run)["batch"].problem == ""
    assert run.config.batch == 40


def test_larger_data_makes_a_value_fit(run):
    run.set_dataset(DataFacts(40, 10, 0, 9))
    run.set_value("batch", 1000)
    assert run.form.sections[0].problems == 1
    run.set_dataset(DataFacts(4000, 10, 0, 9))
    assert run.config.batch == 1000


def test_a_value_that_does_not_fit_is_not_applied(run):
    run.set_phase("running")
    run.set_value("warm_up", 50.0)
    run.set_value("learning_rate", 0.3)
    run.apply()
    assert (run.config.warm_up, run.config.learning_rate) == (0.0, 0.3)
    assert rows(run)["warm_up"].problem
    assert rows(run)["warm_up"].value == 50.0


def test_a_strength_that_is_switched_off_comes_back(run):
    run.set_on("augmentation.rotation", True)
    run.set_value("augmentation.rotation", 30.0)
    assert run.config.augmentation == {"rotation": 30.0}
    run.set_on("augmentation.rotation", False)
    assert run.config.augmentation == {}
    row = rows(run)["augmentation.rotation"]
    assert (row.switch, row.value) == (False, 30.0)
    run.set_on("augmentation.rotation", True)
    assert run.config.augmentation == {"rotation": 30.0}


def test_the_data_is_chosen_once_for_each_change(run):
    told = []
    run.data_chosen.connect(told.append)
    run.set_value("data.source", "fashion-mnist")
    run.set_value("learning_rate", 0.1)
    run.set_value("data.validation_share", 10.0)
    assert [choice.source for choice in told] == ["fashion-mnist"] * 2
    assert told[-1].validation_share == pytest.approx(0.1)
    run.set_value("data.source", "shapes")
    assert run.choice == CHOICE


def test_what_is_usual_for_the_data_is_no_choice_and_what_was_kept_is_one(qapp):
    for kept, expected in (("", []), ('{"epochs": 3}', []), ('{"data.source": "mnist"}', ["mnist"])):
        run, told = RunSettings(), []
        run.restore(kept)
        run.data_chosen.connect(told.append)
        for _ in range(2):
            run.set_network(NETWORK, USUAL, CHOICE)
        assert [choice.source for choice in told] == expected


def test_a_folder_has_its_own_name_among_the_data_sets(run):
    run.set_value("data.source", "/data/leaves")
    row = rows(run)["data.source"]
    assert dict(zip(row.setting.choices, row.titles, strict=True))["/data/leaves"] == "leaves"
    assert row.setting.choices[-1] == "folder"


def test_what_is_usual_follows_the_network_and_edits_stay(run):
    run.set_value("learning_rate", 0.3)
    run.set_value("freeze_to", "conv1")
    run.set_network(
        NetworkFacts("other", ("a", "b"), 5, 10), TrainingConfig(batch=8, learning_rate=0.001), CHOICE
    )
    assert (run.config.batch, run.config.learning_rate) == (8, 0.3)
    assert run.config.freeze_to == ""  # it has no such layer


def test_a_new_last_layer_under_way_changes_nothing_of_the_run(run):
    run.set_phase("running")
    run.set_value("learning_rate", 0.3)
    run.set_network(NetworkFacts("other", ("a",), 5, 10), TrainingConfig(batch=8), CHOICE)
    assert run.config == USUAL
    assert run.form.waiting == 1


def test_what_was_set_comes_back_after_a_start(run, qapp):
    kept = []
    run.edited.connect(kept.append)
    run.set_value("optimizer", "nesterov")
    run.set_value("optimizer.momentum", 0.5)
    run.set_value("live.share", 10.0)
    run.set_value("start", "new weights")
    again = RunSettings()
    again.restore(kept[-1])
    again.set_network(NETWORK, USUAL, CHOICE)
    assert again.config == run.config
    assert again.budget.share == pytest.approx(0.1)
    assert run.fresh
    assert not again.fresh


def test_new_weights_are_drawn_for_one_run(run):
    run.set_value("start", "new weights")
    run.set_phase("starting")
    assert run.fresh
    run.set_phase("running")
    assert not run.fresh
    assert rows(run)["start"].value == "its weights"


KEYS = ("batch", "optimizer", "schedule.rise", "data.source", "live.memory", "augmentation.flip", "start")


@given(
    st.one_of(
        st.text(),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["batch", "optimizer", "schedule.rise", "data.source", "live.memory"]),
                st.text(),
            ),
            st.one_of(
                st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
            ),
        ).map(json.dumps),
    )
)
def test_whatever_was_kept_can_be_read(text):
    run = RunSettings()
    run.restore(text)
    run.set_network(NETWORK, USUAL, CHOICE)
    assert not settings.problems(run.config, layers=NETWORK.layers)


@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_the_plan_is_what_the_loop_will_do(schedule):
    config = TrainingConfig(epochs=4, batch=10, learning_rate=0.5, schedule=schedule, warm_up=0.5)
    plan = planned_rates(config, 95)  # 10 steps an epoch
    assert len(plan.epoch) == 40
    for epoch, rate in zip(plan.epoch.tolist(), plan.rate.tolist(), strict=True):
        assert rate == pytest.approx(0.5 * factor(config, round(epoch * 10), 40), rel=1e-5)
