import math
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf, expit

from visualizer.errors import UserError
from visualizer.race.formula import LONGEST, FormulaError, parse
from visualizer.race.formula_functions import FUNCTIONS
from visualizer.race.formula_parser import read
from visualizer.race.formula_text import pretty
from visualizer.race.formula_tree import Call, Name, Negative, Number, Operation

NUMPYS = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "exp": np.exp, "log": np.log, "log10": np.log10,
    "log2": np.log2, "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
    "min": np.minimum, "max": np.maximum, "hypot": lambda a, b: np.sqrt(a * a + b * b), "erf": erf, "sigmoid": expit,
}  # fmt: skip


def value(text, x, y):
    return float(parse(text)(*torch.tensor([x, y], dtype=torch.float64)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1.0),
        (".5", 0.5),
        ("1e-3x", 0.003),
        ("1e−3x", 0.003),
        ("2e", 2 * math.e),
        ("x + 2*y", 7.0),
        ("x − 2·y − 1", -2.0),
        ("x/y/2", 0.75),
        ("1/2x", 1.5),
        ("x ÷ y × 4", 6.0),
        ("-x^2", -9.0),
        ("(-x)^2", 9.0),
        ("2^x^y", 512.0),
        ("2**-y", 0.25),
        ("x²y³", 72.0),
        ("x⁻²", 1 / 9),
        ("x^2²", 81.0),
        ("x^0.5", math.sqrt(3)),
        ("(0 - x)^3", -27.0),
        ("(-2)^3 + (-2)^-2", -7.75),
        ("xy", 6.0),
        ("2x y(x+1)(y-1)", 48.0),
        ("xsin(y)", 3 * math.sin(2)),
        ("2pi x", 6 * math.pi),
        ("2πxy", 12 * math.pi),
        ("20cos(2pi x)", 20.0),
        ("2 sin x cos 2y", 2 * math.sin(3) * math.cos(4)),
        ("sin x^2", math.sin(9)),
        ("sin -x", math.sin(-3)),
        ("sin² x + cos²(x)", 1.0),
        ("log10(100) + ln(e) + log2 8", 6.0),
        ("log100", math.log(100)),
        ("|y - x|x", 3.0),
        ("|−3 + |x||", 0.0),
        ("√(x² + y²)", math.sqrt(13)),
        ("max(x, y) + min(x, 0.5) + hypot(x, 4)", 8.5),
        ("f(x, y) = x", 3.0),
        ("f = x", 3.0),
        (" z=x", 3.0),
        ("X + Sin(0)", 3.0),
        ("+x", 3.0),
        ("e^x", math.exp(3)),
        ("0^0", 1.0),
        ("log(0)^0", 1.0),
        ("10^10^10", math.inf),
        ("1/(x - 3)", math.inf),
    ],
)
def test_formulas_mean_what_is_written(text, expected):
    assert value(text, 3.0, 2.0) == pytest.approx(expected, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(
    "text", ["log(-x)", "√(-x)", "(x - 3)/(x - 3)", "asin(x)", "(-x)^0.5", "(-x)^y", "(0/0)x", "log(-1)"]
)
def test_what_is_undefined_is_nan(text):
    assert math.isnan(value(text, 3.0, 2.0))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "type a formula"),
        ("   ", 3, "type a formula"),
        ("x + ", 4, "ends where"),
        ("(x + 1", 0, "parenthesis at character 1 is not closed"),
        ("x·(2 + (y)", 2, "parenthesis at character 3"),
        ("|x", 0, "bar at character 1"),
        ("x)", 1, "closes none"),
        ("2 + foo(x)", 4, "no function or name 'foo'; did you mean 'floor'"),
        ("sinn(x)", 0, "did you mean 'sin'"),
        ("x + z", 4, "no name 'z'"),
        ("3 4", 2, "operator is missing before '4'"),
        ("x 2", 2, "operator is missing before '2'"),
        ("x + * y", 4, "before '*'"),
        ("1,5", 1, "decimals with a point"),
        ("min(x)", 0, "takes 2 values in parentheses, not 1"),
        ("sin(x, y)", 0, "takes 1 value, not 2"),
        ("sin", 3, "needs a value"),
        ("sin()", 4, "needed before ')'"),
        ("sin⁻¹ x", 3, "; write asin"),
        ("x = 3", 2, "without '='"),
        ("[x]", 0, "round parentheses"),
        ("1e999", 0, "too large"),
        ("9" * 400, 0, "too large"),
        ("x²²²^", 5, "ends where"),
        ("1.2.3", 3, "operator is missing"),
        ("x + " + "(" * 60 + "x" + ")" * 60, 55, "nested too deeply"),
        ("x" * 600, 250, "too many parts"),
    ],
)
def test_errors_tell_the_place(text, position, words):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.position == position
    assert words in str(caught.value).replace("Type", "type")
    assert isinstance(caught.value, UserError)


HOSTILE = [
    "__import__('os').system('ls')", "x.__class__", "lambda x: x", "[x for x in y]", "x if y else x", "x := 1",
    "exec('1')", "open('f')", "x; y", "x\0y", "\0", "٣x", "x + ｙ", "ⅷ", "𝑥", "x\u202ey", "{x}", "f'{x}'", "x!", "x%y",
    "0x10", "1_000", "x and y", "not x", "1j", "x@y", "x//y", "~x", "x<y", "nan", "inf", "²", "x^", "^x", "√", "||",
    "(" * 1_000_000, "-" * 1_000_000, "x" * 1_000_000, "9" * 1_000_000, "(" * 1000 + ")" * 1000, "-" * 1999 + "x",
    "2^" * 900 + "x", "sin" * 600 + "x", "|" * 1001, "²" * 1500, "x" + "²" * 1900, "," * 100, " " * 2001,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert time.perf_counter() - start < 0.1
    assert 0 <= caught.value.position <= LONGEST
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60) | st.text("xye0123456789.+-*/^()|, ²³⁻·πsincoxplgqrtma√=", max_size=60))
def test_any_text_is_a_formula_or_refused(text):
    formula, position = _tried(text)
    assert 0 <= position <= len(text)
    if formula is not None:
        points = torch.tensor([[0.3, -2.0, 0.0], [1.7, 0.0, 0.0]], dtype=torch.float64)
        assert formula(points[0], points[1]).shape == (3,)
        assert read(pretty(text)) == read(text)


def _tried(text):
    """The formula, or none and where it cannot be read."""
    try:
        return parse(text), 0
    except FormulaError as error:
        return None, error.position


def _trees(numbers):
    leaves = (st.integers(0, 12).map(float) | numbers).map(Number) | st.sampled_from(
        [Name(name) for name in ("x", "y", "x", "y", "pi", "e")]
    )

    def larger(children):
        one = st.sampled_from([name for name, row in FUNCTIONS.items() if row.arity == 1])
        two = st.sampled_from([name for name, row in FUNCTIONS.items() if row.arity == 2])
        return st.one_of(
            st.builds(Negative, children),
            st.builds(Operation, st.sampled_from("+-*/^"), children, children),
            st.builds(Operation, st.just("^"), children, st.integers(0, 12).map(float).map(Number)),
            st.builds(Call, one, st.tuples(children)),
            st.builds(Call, two, st.tuples(children, children)),
        )

    return st.recursive(leaves, larger, max_leaves=12)


def _plain(tree):
    """The tree as text with every parenthesis."""
    match tree:
        case Number(value):
            return repr(value)
        case Name(name):
            return name
        case Negative(node):
            return f"(-{_plain(node)})"
        case Operation(symbol, left, right):
            return f"({_plain(left)}{symbol}{_plain(right)})"
        case Call(name, arguments):
            return f"{name}({','.join(map(_plain, arguments))})"


def _by_numpy(tree, x, y, shake=0.0):
    """The value; with ``shake`` every result on the way is wrong by that share."""
    match tree:
        case Number(number):
            return np.full(x.shape, number)
        case Name(name):
            return {"x": x, "y": y}.get(name, np.full(x.shape, {"pi": np.pi, "e": np.e}.get(name)))
        case Negative(node):
            return -_by_numpy(node, x, y, shake)
        case Operation(symbol, left, right):
            compute = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power}[symbol]
            return compute(_by_numpy(left, x, y, shake), _by_numpy(right, x, y, shake)) * (1 + shake)
        case Call(name, arguments):
            return NUMPYS[name](*[_by_numpy(argument, x, y, shake) for argument in arguments]) * (1 + shake)


@settings(max_examples=150, deadline=None)
@given(_trees(st.floats(0, 1e6) | st.floats(0, 1e300)))
def test_what_is_shown_reads_as_the_same_formula(tree):
    assert read(_plain(tree)) == tree
    shown = pretty(_plain(tree))
    assert read(shown) == tree
    assert pretty(shown) == shown


POINTS = np.random.default_rng(5).uniform(-3, 3, (2, 203))


@settings(max_examples=150, deadline=None)
@given(_trees(st.floats(0.001, 1000)))
def test_formulas_equal_numpy(tree):
    """Where a change of both in the last digits changes nothing, so that only the meaning is compared."""
    x, y = POINTS
    ours = parse(_plain(tree))(torch.tensor(x), torch.tensor(y)).numpy()
    with np.errstate(all="ignore"):
        theirs = np.broadcast_to(_by_numpy(tree, x, y), x.shape)
        shaken = np.broadcast_to(_by_numpy(tree, x * (1 + 1e-12), y * (1 - 1e-12), 1e-12), x.shape)
        steady = np.isfinite(theirs) & (np.abs(theirs - shaken) <= 1e-10 * np.abs(theirs))
        steady &= (np.abs(theirs) > 1e-280) & (np.abs(theirs) < 1e280)
        # numpy's powers of negative numbers are defined at whole exponents, ours only where it is one number
        ours = np.where(np.isnan(ours) & _has_power_of_names(tree), theirs, ours)
    np.testing.assert_allclose(ours[steady], theirs[steady], rtol=1e-8)


def _has_power_of_names(tree):
    match tree:
        case Operation("^", _, right) if not isinstance(right, Number):
            return True
        case Operation(_, left, right):
            return _has_power_of_names(left) or _has_power_of_names(right)
        case Negative(node):
            return _has_power_of_names(node)
        case Call(_, arguments):
            return any(map(_has_power_of_names, arguments))
    return False


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(x^2+y-11)**2+(x+y^2-7)**2", "(x² + y − 11)² + (x + y² − 7)²"),
        ("(1-x)^2 + 100*(y-x*x)^2", "(1 − x)² + 100(y − xx)²"),
        ("20+x^2-10cos 2pi x", "20 + x² − 10 cos(2πx)"),
        ("-20*exp(-.2*sqrt(x^2))", "−20 exp(−0.2√(x²))"),
        ("x*(y+1)*2", "x·(y + 1)·2"),
        ("x/2*y", "x/2·y"),
        ("x-(y-1)", "x − (y − 1)"),
        ("x-(-y)", "x − (−y)"),
        ("e^(-x)*e", "e^(−x)·e"),
        ("1e-7x", "1e−7x"),
        ("|x|", "abs(x)"),
        ("sin(x)*sin(y)", "sin(x) sin(y)"),
    ],
)
def test_formulas_are_shown_in_print(text, shown):
    assert pretty(text) == shown
