import collections
import contextlib
import io
import os
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.networks.pickle_scan import UnreadablePickle, scan

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Evil:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, ("echo pwned > PWNED",)


@given(plain, st.integers(2, 5))
def test_plain_values_call_nothing(value: Any, protocol: int) -> None:
    stream = io.BytesIO(pickle.dumps(value, protocol) + b"rest")
    called = scan(stream).called
    assert called <= {"_codecs.encode", "__builtin__.bytes"}  # how protocol 2 writes bytes
    assert stream.read() == b"rest"


@pytest.mark.parametrize("protocol", range(2, 6))
def test_calls_are_found_in_every_protocol(protocol: int) -> None:
    content = {"a": [collections.OrderedDict(x=1), Evil()], "b": collections.deque([2])}
    called = scan(io.BytesIO(pickle.dumps(content, protocol))).called
    assert called == {"collections.OrderedDict", f"{os.system.__module__}.system", "collections.deque"}


@pytest.mark.parametrize(
    "code",
    [
        b"\x80\x02cos\nsystem\n(X\x01\x00\x00\x00xtR.",
        b"\x80\x02(cos\nsystem\nX\x01\x00\x00\x00xo.",  # OBJ
        b"\x80\x02(X\x01\x00\x00\x00xios\nsystem\n.",  # INST
        b"\x80\x02cos\nsystem\nq\x000h\x00)\x81.",  # by way of the memo, NEWOBJ
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93)}\x92.",  # STACK_GLOBAL, NEWOBJ_EX
    ],
)
def test_every_way_to_call_is_seen(code: bytes) -> None:
    assert scan(io.BytesIO(code)).called == {"os.system"}


def test_a_computed_function_is_a_call_too() -> None:
    assert scan(io.BytesIO(b"\x80\x02cos\nsystem\n(tRq\x00(tR.")).called == {
        "os.system",
        "a computed function",
    }


def test_numbers_are_results() -> None:
    assert scan(io.BytesIO(pickle.dumps(0x1950A86A20F9469CFC6C, 2))).result == 0x1950A86A20F9469CFC6C
    assert scan(io.BytesIO(pickle.dumps("text", 2))).result is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pickletools, for backslashes in noise
@given(st.binary(max_size=200))
def test_any_bytes_are_scanned_or_refused(data: bytes) -> None:
    with contextlib.suppress(UnreadablePickle):
        scan(io.BytesIO(b"\x80\x02" + data))


def test_endless_instructions_are_refused() -> None:
    with pytest.raises(UnreadablePickle):
        scan(io.BytesIO(b"\x80\x02" + b"N" * 600_000 + b"."))
