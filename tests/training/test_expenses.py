import time

import pytest

from visualizer.training.expenses import Allowance, Budget, Expenses, fair_shares


def test_an_allowance_is_a_debt_that_time_pays():
    allowance = Allowance(0.05, saved=0.0)
    assert allowance.allows(0.0)
    allowance.spend(0.0, 0.01)
    assert not allowance.allows(0.19)
    assert allowance.allows(0.2)
    allowance.spend(10.0, 0.01)  # time without spending is not saved
    assert not allowance.allows(10.19)


def test_an_allowance_is_kept_in_the_long_run():
    allowance, now, spent = Allowance(0.05), 0.0, 0.0
    while now < 100:
        now += 0.03
        if allowance.allows(now):
            allowance.spend(now, 0.004)
            spent += 0.004
            now += 0.004
    assert 0.045 < spent / now < 0.0502


def test_who_wants_little_gets_it_and_the_rest_is_shared_alike():
    assert fair_shares({"a": 0.01, "b": 0.5, "c": 0.9}, 0.05) == pytest.approx(
        {"a": 0.01, "b": 0.02, "c": 0.02}
    )
    assert fair_shares({"a": 0.01, "b": 0.02}, 0.05) == {"a": 0.01, "b": 0.02}
    assert fair_shares({}, 0.05) == {}


def test_cost_is_what_was_spent_and_pauses_are_not_time():
    expenses = Expenses(Budget())
    for _ in range(4):
        time.sleep(0.02)
        expenses.stepped()
    with expenses.spending("publishing"):
        time.sleep(0.02)
    with expenses.spending("copying", expenses.recording):
        time.sleep(0.04)
    expenses.published()
    expenses.pause()
    before = expenses.cost()
    time.sleep(0.05)
    assert expenses.cost() == before
    expenses.resume()
    assert expenses.now == pytest.approx(0.14, abs=0.03)
    cost = expenses.cost()
    assert cost.copying == pytest.approx(2 * cost.publishing, rel=0.3)
    assert cost.waiting == 0
    assert cost.share == pytest.approx(0.06 / 0.14, rel=0.2)
    assert cost.steps_lost == pytest.approx(0.06 / 0.02, rel=0.3)  # three more steps would have fit
    assert cost.frames_per_second == pytest.approx(1 / 0.14, rel=0.2)
    assert not expenses.recording.allows(expenses.now)


def test_the_ends_of_short_epochs_leave_looks_their_share():
    expenses = Expenses(Budget())
    for _ in range(20):
        with expenses.spending("publishing", expenses.measuring):
            time.sleep(0.01)
    assert expenses.watching.allows(expenses.now)
    assert not expenses.measuring.allows(expenses.now)
    expenses.published()
    assert (
        expenses.watching.share == Budget().share / 2
    )  # what was overdrawn is taken from the looks that follow


def test_recording_has_its_share_whether_it_uses_it_or_not():
    expenses = Expenses(Budget())
    time.sleep(0.02)
    expenses.published()
    assert expenses.watching.share == Budget().share
    with expenses.spending("copying"):  # a snapshot for the screen, which looks pay for
        time.sleep(0.02)
    expenses.published()
    assert expenses.watching.share == Budget().share


@pytest.mark.parametrize("share", [0.001, 0.01, 0.9])
def test_any_share_is_kept(share):
    expenses = Expenses(Budget(share=share))
    for allowance in (expenses.watching, expenses.recording, expenses.measuring, expenses.telling):
        assert 0 < allowance.share <= share
