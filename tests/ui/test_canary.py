"""PySide6 6.12.0 on Python 3.11 steals a reference of ``True`` with every signal: the process dies of it."""

import sys

from PySide6.QtCore import QObject, Signal


class Sender(QObject):
    changed = Signal(bool)


def test_a_signal_leaves_the_reference_count_of_true_alone() -> None:
    sender = Sender()
    received: list[bool] = []
    sender.changed.connect(received.append)
    sender.changed.emit(False)
    before = sys.getrefcount(True)
    for _ in range(100):
        sender.changed.emit(False)
    after = sys.getrefcount(True)
    assert received == [False] * 101
    assert abs(after - before) < 10  # other threads may hold one for a moment; the fault takes 100
