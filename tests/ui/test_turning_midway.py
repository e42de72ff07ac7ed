"""What becomes of questions about the turning input when their network, data or settings change in the middle."""

from __future__ import annotations

import pytest
from test_turning import own_line, state, turning

from visualizer.data.dataset import DataChoice
from visualizer.probes.response.curve import ResponseRun
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation import studying
from visualizer.ui.rotation.state import Study

__all__ = ["turning"]  # a fixture


def begin_study(window: MainWindow) -> None:
    """A study of a minute, whose first images are there."""
    window.turning.studying.set_study(Study(count=2000, step=1.0))
    window.turning.studying.start()
    assert wait(lambda: any(line.study is not None and line.study.done for line in state(window).lines))


# --- curves --------------------------------------------------------------------------------------------


def test_progress_and_sentences_go_with_the_networks_that_they_are_about(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    key = state(turning).lines[1].key
    assert state(turning).progress is not None
    turning.turning.comparison.remove(key)
    assert settle(turning)
    assert state(turning).progress is None
    assert not turning.rotation.progress.isVisible()

    turning.session.open_network("autoencoder")
    assert settle(turning)
    assert "autoencoder" in state(turning).sentence.lower()
    told: list[str] = []
    turning.session.network_changed.connect(lambda _: told.append(state(turning).sentence))
    turning.session.open_network("shapes-net")
    assert settle(turning)
    assert told == [""], "before its first answer"

    turning.turning.comparison.toggle()
    turning.session.open_network("autoencoder")
    assert settle(turning)
    shares: list[float] = []
    turning.turning.live.changed.connect(
        lambda told: shares.append(told.progress) if told.progress is not None else None
    )
    turning.turning.live.set_border("zero")
    assert settle(turning)
    assert min(shares) == 0.0
    assert state(turning).progress is None


def test_an_answer_about_the_network_before_is_not_shown_for_the_one_that_is_open(
    turning: MainWindow,
) -> None:
    """The dock closes while a slice is under way, and another network is opened."""
    turning.turning.live.set_step(0.5)
    turning.docks["rotation"].hide()
    turning.session.open_network("tinycnn")
    assert settle(turning)
    response = own_line(turning).response
    assert response is None or response.network == "tinycnn"


def test_an_error_in_a_curve_is_said_beside_the_network(
    turning: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes: list[str] = []
    turning.session.crashed.disconnect()
    turning.session.crashed.connect(crashes.append)
    monkeypatch.setattr(ResponseRun, "advance", lambda *_: 1 // 0)
    turning.turning.live.set_border("zero")
    assert settle(turning)
    assert "ZeroDivisionError" in crashes[0]
    assert own_line(turning).trouble
    assert state(turning).progress is None
    monkeypatch.undo()
    turning.turning.live.set_border("grey")
    assert settle(turning)
    response = own_line(turning).response
    assert response is not None
    assert response.complete
    assert not own_line(turning).trouble


# --- a data set ----------------------------------------------------------------------------------------


def test_a_study_of_a_network_that_is_closed_is_not_of_the_next_one(turning: MainWindow) -> None:
    begin_study(turning)
    turning.session.open_network("tinycnn")
    assert settle(turning)
    assert own_line(turning).study is None
    assert state(turning).study_progress is None
    assert "press Run again" in own_line(turning).study_trouble
    turning.turning.live.set_transform("blur")
    turning.turning.live.set_transform("rotation")
    assert own_line(turning).study is None


def test_networks_of_a_study_are_asked_the_same_and_those_left_out_no_more(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    key = state(turning).lines[1].key
    turning.turning.studying.set_study(Study(count=40, step=15.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).lines[1].study is not None)
    turning.turning.comparison.remove(key)
    assert wait(lambda: state(turning).study_progress is None)
    assert key not in {place[0] for place in turning.turning.studying._kept}

    turning.turning.comparison.toggle()
    turning.turning.studying.set_study(Study(count=16, step=30.0))
    turning.turning.studying.start()
    turning.turning.studying.set_study(Study(count=10, step=45.0))
    assert wait(lambda: state(turning).study_progress is None)
    sizes = {line.study.predicted.shape for line in state(turning).lines if line.study is not None}
    assert sizes == {(16, 12)}


def test_figures_of_another_question_are_not_shown_and_make_room(
    turning: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning.turning.studying.set_study(Study(count=20, step=90.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).study_progress is None)
    found = own_line(turning).study
    assert found is not None
    turning.turning.live.set_border("zero")
    assert own_line(turning).study is None
    turning.turning.live.set_border("grey")
    assert own_line(turning).study is found
    turning.session.training.data.choose(DataChoice("shapes", per_epoch=64, validation_count=32))
    turning.session.training.data.open()
    assert own_line(turning).study is None
    assert settle(turning)

    monkeypatch.setattr(studying, "_MOST_KEPT", 0)
    for transform in ("rotation", "blur"):
        turning.turning.live.set_transform(transform)
        turning.turning.studying.set_study(Study(count=4, step=90.0))
        turning.turning.studying.start()
        assert wait(lambda: state(turning).study_progress is None)
        assert own_line(turning).study is not None
    turning.turning.live.set_transform("rotation")
    assert own_line(turning).study is None


def test_what_networks_refuse_is_said_below_the_others(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    turning.session.open_network("tinycnn")  # of ten other classes
    assert settle(turning)
    turning.turning.studying.set_study(Study(count=4, step=90.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).study_progress is None)
    own, kept = state(turning).lines
    assert own.study is None
    assert kept.study is not None
    assert "does not know the class" in own_line(turning).study_trouble
    assert settle(turning)
    assert "does not know the class" in turning.rotation_study.note.full_text()
    turning.session.open_network("shapes-net")
    assert settle(turning)
    assert not own_line(turning).study_trouble, "it was said of another network"
    assert not turning.rotation_study.note.full_text()


def test_words_of_a_study_go_with_the_networks_whose_it_was(turning: MainWindow) -> None:
    turning.turning.studying.set_study(Study(count=4, step=90.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).study_words.startswith("done"))
    turning.session.open_network("tinycnn")
    assert settle(turning)
    assert own_line(turning).study is None
    assert state(turning).study_words == ""
    turning.session.open_network("shapes-net")
    assert settle(turning)
    begin_study(turning)
    turning.turning.studying.cancel()
    assert settle(turning)
    assert state(turning).study_words == "cancelled"
