import pytest

from visualizer.benchmarks import planning
from visualizer.networks.planning import NetworkPlan
from visualizer.networks.planning import plan as real_plan
from visualizer.networks.spec import NetworkSpec


def test_every_edit_plans_another_network(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[NetworkPlan] = []

    def plan(spec: NetworkSpec) -> NetworkPlan:
        planned.append(real_plan(spec))
        return planned[-1]

    monkeypatch.setattr(planning, "plan", plan)
    (figure,) = planning.measure()
    assert (figure.unit, figure.goal) == ("ms", 30)
    assert len({one.parameters for one in planned}) == planning.EDITS
    assert all(len(one.rows) == 61 and one.output == (1000,) for one in planned)
