"""Plans of layers that consist of others: added up along a chain, or side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod

from visualizer.networks.layers.convolution import conv_plan
from visualizer.networks.layers.kinds import Plan, Shape, Window

Step = Callable[[Shape], Plan]
"""What plans one part, given the shape it gets."""


def chained(shape: Shape, *steps: Step) -> Plan:
    """The plan of parts that follow one another."""
    plans: list[Plan] = []
    for step in steps:
        plans.append(step(plans[-1].output if plans else shape))
    window = Window()
    for plan in plans:
        window = _through(window, plan.window)
    return _added(plans[-1].output if plans else shape, plans, window)


def joined(output: Shape, *plans: Plan, merged: int = 1) -> Plan:
    """The plan of parts side by side that give one ``output``; ``merged`` outputs are made on the way there.

    Its window is the widest one, its note the first one.
    """
    plan = _added(output, plans, _widest([plan.window for plan in plans]))
    return replace(plan, values=plan.kept + merged * prod(output))


def conv_step(channels: int, kernel: int, stride: int = 1, groups: int = 1, bias: bool = False) -> Step:
    """The step of a convolution with zeros around that keep the size at stride 1.

    It notes where the picture is cut off, not what belongs to such blocks: padding left over, and the pixels that
    a 1×1 shortcut skips.
    """

    def step(shape: Shape) -> Plan:
        plan = conv_plan(
            shape,
            out_channels=channels,
            kernel_size=kernel,
            stride=stride,
            padding=kernel // 2,
            groups=groups,
            bias=bias,
        )
        return plan if plan.unseen and kernel > 1 else replace(plan, note="", unseen=0)

    return step


def norm_plan(shape: Shape) -> Plan:
    """The plan of a batch norm: a scale and a shift per channel."""
    return Plan(shape, parameters=2 * shape[0])


def _added(output: Shape, plans: Sequence[Plan], window: Window) -> Plan:
    return Plan(
        output,
        parameters=sum(plan.parameters for plan in plans),
        macs=sum(plan.macs for plan in plans),
        operations=sum(plan.operations for plan in plans),
        values=sum(plan.kept for plan in plans),
        modules=sum(plan.modules for plan in plans),
        window=window,
        note=next((plan.note for plan in plans if plan.note), ""),
        unseen=next((plan.unseen for plan in plans if plan.note), 0),
    )


def _through(first: Window, second: Window) -> Window:
    if first.size is None or second.size is None:
        return Window(None)
    return Window(round(first.size + (second.size - 1) * first.stride), first.stride * second.stride)


def _widest(windows: list[Window]) -> Window:
    if any(window.size is None for window in windows):
        return Window(None)
    return max(windows, key=lambda window: (window.size or 0, window.stride))
