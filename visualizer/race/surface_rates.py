"""Learning rates that work on each surface from its start, for each racer; found by trying.

The quickest of those that reach the lowest minimum, or the lowest loss where none is reached; without those whose steps
are longer than an eighth of the window, those that leave it, and those next to one that diverges. L-BFGS and Newton
take the rate of their rows, 1, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

_TABLE = """
                    sgd momentum nesterov adagrad rmsprop   adam  nadam  adamw adadelta  radam adamax  rprop   asgd
bowl                0.1    0.007     0.05     0.3    0.03    0.3    0.3    0.3        3   0.15    0.3    1.5    0.1
ravine            0.007    0.004    0.004     0.7    0.07    0.5    0.7    0.7       50   0.03    0.7      3  0.007
tilted-ravine      0.02     0.01     0.01     0.7    0.05    0.4    0.2    0.5       10   0.07    0.7      2   0.02
elliptic-bowl       0.4     0.07     0.15     0.5    0.05    0.4    0.2    0.5       20    0.7    0.3    0.4    0.4
quartic            0.02     0.01     0.01     0.3    0.03    0.3    0.2    0.3      100   0.04    0.3    0.7   0.02
matyas              0.3      0.1     0.15     1.5    0.15    1.5    1.5    1.5       40    1.5    1.5    0.2    0.3
booth              0.01    0.003    0.005     1.5    0.15    0.5    1.5    1.5       50  0.015    1.5    0.7   0.01
rosenbrock        0.001    0.001   0.0007     0.3    0.03    0.3   0.07    0.3       15  0.005    0.3   0.07  0.001
beale              0.01    0.003    0.003     0.6    0.05    0.4    0.4    0.4       20  0.007    0.4   0.15  0.005
fold               0.05    0.002    0.002     0.2    0.01   0.02   0.02   0.03        2    0.1   0.02    0.5   0.05
saddle              0.1     0.05     0.05     0.3    0.03    0.3    0.1    0.2       20    0.5    0.3    0.3    0.1
sine-saddle         0.1     0.05     0.05     0.3    0.03    0.3    0.3    0.3        3    0.5    0.3      1    0.1
monkey-saddle      0.02    0.005     0.01     0.3    0.03   0.05    0.1    0.3       10    0.1    0.1    0.1   0.02
plateau             0.5      0.1     0.03     0.5    0.05    0.2    0.3    0.5       10      3    0.5      2    0.5
local-minimum      0.03     0.02     0.01     0.3    0.02    0.3    0.1    0.3        2    0.3    0.3    0.5   0.03
hills               0.1     0.02     0.05     0.3    0.02    0.1   0.02    0.2        3    0.3    0.2    0.1    0.1
ripples             0.1    0.003    0.005     0.3    0.03    0.1    0.2    0.1       30    0.2    0.3   0.05    0.1
gaussian-trenches   0.2     0.03     0.02     0.2    0.01    0.2   0.01    0.2        2    0.3    0.2    0.3    0.2
hills-and-dips      0.3     0.02     0.05     0.2    0.02    0.2    0.1    0.2        5      1   0.05   0.05    0.3
easom               0.5      0.3      0.2     0.3    0.03    0.5    0.1    0.5        1      2    0.5    0.5    0.5
himmelblau        0.005    0.005    0.003     0.5    0.05    0.3    0.3    0.5       10   0.03    0.3    0.3  0.005
three-hump-camel   0.02     0.01    0.003     0.5    0.05    0.3    0.3    0.5       20   0.05    0.5      2   0.02
six-hump-camel     0.05     0.02     0.03     0.2    0.01    0.1   0.05    0.2        5    0.2    0.2    0.2   0.05
goldstein-price   1e-05    1e-05    1e-05     0.3    0.03    0.2    0.3    0.2       10 0.0001    0.3    0.5  1e-05
styblinski-tang    0.01     0.01    0.005     0.5    0.05    0.5    0.2    0.5       50   0.05    0.3    0.5   0.01
mccormick          0.05    0.005     0.02     0.5    0.05    0.5    0.3    0.3       20    0.2    0.5      1   0.05
crossing-waves      0.1      0.2      0.1     0.3    0.01    0.3   0.03   0.05       20    0.5    0.5      2    0.1
bird              0.005    0.005    0.003     0.5    0.02    0.5   0.05    0.5       10    0.1      1      1  0.005
rastrigin         0.003    0.005    0.002     0.2    0.01    0.5   0.05    0.5      0.5   0.02    0.5      1  0.003
ackley             0.03     0.03     0.02     0.2    0.02    0.5   0.03    0.1        3    0.5    0.3      1   0.03
griewank              1      0.3        1       1    0.02    0.5    0.1      1       20      3      1      1      1
bohachevsky        0.03    0.005     0.01     0.2    0.01    0.2   0.05    0.2       30    0.2    0.2      1   0.03
levy              0.005    0.005    0.003     0.1    0.01    0.2   0.02    0.2        2   0.02    0.2    0.3  0.005
"""


def _read() -> dict[str, dict[str, float]]:
    header, *rows = (line.split() for line in _TABLE.strip().splitlines())
    return {name: dict(zip(header, map(float, rates), strict=True)) for name, *rates in rows}


RATES: Mapping[str, Mapping[str, float]] = _read()
"""Learning rates by the names of the surface and the racer."""
