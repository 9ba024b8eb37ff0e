"""What crosses between supervisor and worker: it arrives as it left, and hostile bytes do no harm."""

import contextlib
import math
import os
import socket
import struct
import threading
import time
import tracemalloc
from collections import namedtuple

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from byhand.exercise import Function, Keywords
from byhand.grading import wire
from byhand.grading.wire import (
    WireClosed,
    WireError,
    WireTimeout,
    WireTooLarge,
    decode,
    encode,
    outcome_from_wire,
    outcome_to_wire,
    receive,
    send,
)
from byhand.plain import Foreign, identical
from byhand.student import Outcome

few = settings(
    max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow], database=None
)
many = settings(few, max_examples=20_000)

dtypes = st.sampled_from(
    [dtype.newbyteorder(order) for dtype in wire.DTYPES.values() for order in "<>"]
)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
arrays = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, shapes))
ints = st.integers() | st.integers(-(2**70), 2**70) | st.integers(-(2**3999), 2**3999)
text = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | ints | st.floats() | text | st.binary()
foreign = st.builds(Foreign, st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
keys = st.recursive(scalars | foreign, lambda key: st.tuples(key, key), max_leaves=6)
functions = st.builds(Function, st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
values = st.recursive(
    scalars | arrays | foreign | functions,
    lambda value: (
        st.lists(value, max_size=4)
        | st.lists(value, max_size=4).map(tuple)
        | st.dictionaries(keys, value, max_size=4)
        | st.dictionaries(text, value, max_size=4).map(Keywords)
    ),
    max_leaves=12,
)


def same(one, other):
    """`identical`, for what crosses the wire besides plain data too, and to the bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and one.astype(other.dtype).tobytes() == other.tobytes()
    if isinstance(one, Function):
        return one.source == other.source
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    return identical(one, other)


def payload(tags=b"", ints=(), floats=(), texts=(), blobs=()):
    """What `encode` would never write."""
    return msgspec.msgpack.encode((tags, ints, floats, texts, blobs))


def harmless(data, seconds=3.0):
    """Decode hostile bytes: a value or a WireError comes of it, soon and in little memory."""
    start = time.thread_time()  # a busy machine is not the payload's fault
    tracemalloc.start()
    try:
        result = decode(data)
    except WireError as error:
        result = error
    finally:
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert time.thread_time() - start < seconds
    # No more items than there are tags, and a tag takes a byte.
    assert peak < 5 * len(data) + 300 * min(len(data), wire.MAX_ITEMS) + 2**20
    return result


# --- round trips


def check_round_trip(value):
    result = decode(encode(value))
    assert same(value, result), (value, result)


@given(values)
@few
def test_values_arrive_as_they_left(value):
    check_round_trip(value)


@pytest.mark.long
@given(values)
@many
def test_values_arrive_as_they_left_20_000_times(value):
    check_round_trip(value)


@given(arrays)
@few
def test_arrays_arrive_fresh_and_native(array):
    arrived = decode(encode(array))
    assert arrived.dtype == array.dtype.newbyteorder("=")
    assert arrived.dtype.isnative
    assert arrived.flags.writeable
    assert arrived.flags.c_contiguous
    assert arrived.flags.aligned
    assert arrived.base is None


@pytest.mark.parametrize(
    "value",
    [
        -0.0,
        math.nan,
        -math.inf,
        2**63,
        2**64 - 1,
        2**64,
        -(2**63),
        -(2**63) - 1,
        2**4000 - 1,
        -(2**4000) + 1,
        [1, (1,), [True], (1.0,)],
        {(1, "a"): [], 2: {}, "z": (), "a": None},
        np.arange(12.0).reshape(3, 4).T,
        np.arange(12)[::-2],
        np.array(2.5),
        np.zeros((0, 3), np.int8),
        np.zeros((1,) * 32),
        np.float32(0.1),
        np.int64(-3),
        np.True_,
        (Function("lambda x: x"), 2.0, Keywords(eps=0.1)),
    ],
    ids=repr,
)
def test_corner_cases_arrive_as_they_left(value):
    assert same(value, decode(encode(value)))


def test_order_of_keys_is_kept():
    assert list(decode(encode({3: 0, 1: 0, (2,): 0}))) == [3, 1, (2,)]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (2**4000, "a very large int"),
        (-(2**5000), "a very large int"),
        ({2**5000: 1}, "a dict with unusual keys"),
        ({tuple(range(40)): 1}, "a dict with unusual keys"),
        (dict.fromkeys(range(10_001)), "a dict with more than 10,000 keys"),
        (np.broadcast_to(0.0, (10**6, 10**6)), "a very large array"),
        (np.zeros((10**9, 0)), "a very large array"),
        (np.zeros(2, np.longdouble), f"an array of {np.dtype(np.longdouble).name}"),
    ],
)
def test_what_is_too_large_arrives_as_a_description(value, what):
    assert decode(encode(value)) == Foreign(what)


@pytest.mark.skipif(np.__version__.startswith("1."), reason="NumPy 1 has 32 dimensions at most")
def test_too_many_dimensions_arrive_as_a_description():
    assert decode(encode(np.zeros((1,) * 33))) == Foreign("a very large array")


def test_lone_surrogates_arrive_as_something_that_can_be_printed():
    arrived = decode(
        encode(["a\ud800", dict.fromkeys(["\udfff", "\udffe"]), Foreign("\ud800" * 200)])
    )
    assert arrived[:2] == ["a\\ud800", {"\\udfff": None, "\\udffe": None}]
    str(arrived).encode()


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        1j,
        bytearray(),
        np.array([None]),
        np.array(["a"]),
        np.zeros(2, "M8[s]"),
        np.zeros(2, complex),
        np.zeros(2, [("a", "f8")]),
        np.ma.array([1.0]),
        namedtuple("Pair", "a b")(1, 2),
        {np.int64(1): 2},
        [{(1, frozenset()): 2}],
    ],
    ids=lambda value: type(value).__name__,
)
def test_sending_anything_else_is_a_bug(value):
    with pytest.raises(TypeError):
        encode(value)


def test_too_many_items_or_too_deep_a_nesting_is_not_sent():
    deep = []
    for _ in range(wire.MAX_DEPTH + 1):
        deep = [deep]
    endless = []
    endless.append(endless)
    for value in (deep, endless, [0] * wire.MAX_ITEMS, Function("x" * 10_001)):
        with pytest.raises(WireTooLarge):
            encode(value)
    assert same(deep[0], decode(encode(deep[0])))
    assert len(decode(encode([0] * (wire.MAX_ITEMS - 1)))) == wire.MAX_ITEMS - 1


# --- hostile bytes


@given(st.binary(max_size=300))
@few
def test_random_bytes_do_no_harm(data):
    harmless(data)


column = st.lists(st.integers(-3, 40) | st.integers(-(2**63), 2**64 - 1), max_size=10)
columns = st.builds(
    payload,
    st.lists(st.sampled_from(b"nTFifsbltdkagIxc?"), max_size=12).map(bytes),
    column,
    st.lists(st.floats(), max_size=10),
    st.lists(st.sampled_from(["b1", "f2", "i8", "O", "", "x"]), max_size=10),
    st.lists(st.binary(max_size=20), max_size=10),
)


@given(columns)
@few
def test_random_columns_do_no_harm(data):
    harmless(data)


@st.composite
def mutated(draw):
    data = bytearray(encode(draw(values)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(["flip", "cut", "insert", "swallow"])):
            case "flip" if data:
                data[place] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[place:]
            case "insert":
                data[place:place] = draw(st.binary(min_size=1, max_size=5))
            case "swallow":
                del data[place : place + draw(st.integers(1, 5))]
    return bytes(data)


@given(mutated())
@few
def test_mutated_payloads_do_no_harm(data):
    harmless(data)


@pytest.mark.long
@given(st.binary(max_size=300) | columns | mutated())
@many
def test_hostile_bytes_do_no_harm_20_000_times(data):
    harmless(data)


N = wire.MAX_ITEMS
GIGABYTE = struct.pack(">I", 2**30)
P = 2**61 - 1  # int hashes are taken modulo this


def array(dtype, shape, data=b""):
    return payload(b"a", [len(shape), *shape], (), [dtype], [data])


def keyed(tags, count, ints=(), blobs=(), texts=()):
    return payload(b"d" + tags * count, [count, *ints], (), texts, blobs)


REFUSED = {
    "nothing": b"",
    "never used byte": b"\xc1",
    "array of 1 GB": b"\xdd" + GIGABYTE,
    "map of 1 GB": b"\xdf" + GIGABYTE,
    "bin of 1 GB": b"\x95\xc6" + GIGABYTE,
    "str of 1 GB": b"\x95\xdb" + GIGABYTE,
    "ext of 1 GB": b"\x95\xc9" + GIGABYTE + b"\x01",
    "column of 1 GB": b"\x95\xc4\0\xdd" + GIGABYTE,
    "text of 1 GB in a column": b"\x95\xc4\0\x90\x90\x91\xdb" + GIGABYTE,
    "blob of 1 GB in a column": b"\x95\xc4\0\x90\x90\x90\x91\xc6" + GIGABYTE,
    "deep arrays": b"\x91" * 100_000,
    "deep arrays in a column": b"\x95\xc4\0" + b"\x91" * 100_000,
    "deep maps": b"\x81" * 100_000,
    "deep sixth column": b"\x96\xc4\0\x90\x90\x90\x90" + b"\x91" * 100_000,
    "ext in ext in ext": b"\xc7\x06\x01\xc7\x03\x01\xc7\x00\x01",
    "ext in a column": b"\x95\xc4\0\x91\xd4\x01\0\x90\x90\x90",
    "timestamp in a column": b"\x95\xc4\0\x91\xd6\xff\0\0\0\0\x90\x90\x90",
    "text that is not UTF-8": b"\x95\xc4\x01s\x90\x90\x91\xa3\xed\xa0\x80\x90",
    "bytes after the columns": encode(1) + b"\0",
    "column with 15 million empty texts": b"\x95\xc4\0\x90\x90\xdd\0\xe0\0\0" + b"\xa0" * 0xE00000,
    "column with millions of ints": payload(b"", [0] * 5_000_000),
    "more items than allowed": payload(b"l" + b"n" * N, [N]),
    "no value": payload(),
    "two values": payload(b"nn"),
    "an int too many": payload(b"n", [1]),
    "a float too many": payload(b"n", (), [1.0]),
    "a text too many": payload(b"n", (), (), ["a"]),
    "a blob too many": payload(b"n", (), (), (), [b"a"]),
    "unknown kind": payload(b"?"),
    "unknown kind, not ASCII": payload(b"\xff"),
    "no int": payload(b"i"),
    "a truth value as int": b"\x95\xc4\x01i\x91\xc3\x90\x90\x90",
    "deep lists": payload(b"l" * N, [1] * N),
    "one level too deep": payload(b"l" * 33 + b"n", [1] * 33),
    "deep keys": payload(b"d" + b"t" * N, [1] * N),
    "list longer than the message": payload(b"l", [2**63]),
    "list of negative length": payload(b"l", [-1]),
    "dict of negative length": payload(b"d", [-1]),
    "dict longer than the message": payload(b"d", [10_000]),
    "list as a key": payload(b"dln", [1, 0]),
    "array as a key": payload(b"dan", [1, 1, 1], (), ["b1"], [b"\0"]),
    "list in a tuple as a key": payload(b"dtln", [1, 1, 0]),
    "function as a key": payload(b"dcn", [1], (), ["x"]),
    "NumPy scalar as a key": payload(b"dgn", [1, 0], (), ["b1"], [b"\0"]),
    "keywords with an int as name": payload(b"kin", [1, 1]),
    "key of many items": payload(b"dt" + b"n" * 99_000, [1, 98_999]),
    "dict with too many keys": keyed(b"in", 20_000, range(20_000)),
    "large ints of one hash": keyed(
        b"In", 9_000, (), [(P * k).to_bytes(40, "big") for k in range(9000)]
    ),
    "tuples of one hash": payload(
        b"d" + (b"t" + b"i" * 12 + b"n") * 4096,
        [4096]
        + [i for k in range(4096) for i in (12, *(-1 - (k >> bit & 1) for bit in range(12)))],
    ),
    "huge int": payload(b"I", (), (), (), [b"\x7f" * 1_000_000]),
    "long description": payload(b"x", (), (), ["a" * 201]),
    "endless source": payload(b"c", (), (), ["\n" + " " * 5_000_000 + "x"]),
    "huge empty array": array("f8", [2**40, 0]),
    "shape that overflows": array("f8", [2**62, 2**62, 0]),
    "shape that overflows to the right size": array("f8", [2**32, 2**32, 1], b""),
    "negative dimension": array("f8", [-1, -1], b"\0" * 8),
    "negative dimension, empty": array("f8", [-1, 0]),
    "too little data": array("f8", [2], b"\0" * 15),
    "too much data": array("f8", [2], b"\0" * 17),
    "33 dimensions": array("f8", [1] * 33, b"\0" * 8),
    "negative number of dimensions": payload(b"a", [-1], (), ["f8"], [b"\0" * 8]),
    "2**63 dimensions": payload(b"a", [2**63], (), ["f8"], [b"\0" * 8]),
    "truth values that are neither": array("b1", [3], b"\0\2\1"),
    "NumPy scalar with dimensions": payload(b"g", [1, 1], (), ["f8"], [b"\0" * 8]),
} | {
    f"dtype {dtype}": array(dtype, [1], b"\0" * 8)
    for dtype in (
        "O",
        "|O",
        "V8",
        "M8",
        "m8",
        ">f8",
        "<f8",
        "f8,f8",
        "S8",
        "U2",
        "c8",
        "f16",
        "d",
        "",
    )
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_hostile_payloads_are_refused(data):
    error = harmless(data)
    assert isinstance(error, WireError)
    assert str(error).endswith(".")


HEAVY = {
    "empty lists": payload(b"l" + b"l" * (N - 1), [N - 1] + [0] * (N - 1)),
    "empty dicts": payload(b"l" + b"d" * (N - 1), [N - 1] + [0] * (N - 1)),
    "descriptions": payload(b"l" + b"x" * (N - 1), [N - 1], (), ["ab"] * (N - 1)),
    "functions": payload(b"l" + b"c" * (N - 1), [N - 1], (), ["ab"] * (N - 1)),
    "arrays": payload(
        b"l" + b"a" * 49_000, [49_000] + [1, 0] * 49_000, (), ["f8"] * 49_000, [b""] * 49_000
    ),
    "wide text": payload(b"s", (), (), ["a" * 8_000_000 + "\U0001f600"]),
    "keys that probe the same places": payload(
        b"l" + (b"d" + b"in" * 9_990) * 5, [5] + [9_990, *(k << 44 for k in range(9_990))] * 5
    ),
    "as many keys of one hash as allowed": payload(
        b"l" + (b"d" + b"In" * 9_984) * 5,
        [5] + [9_984] * 5,
        (),
        (),
        [(P * k + h).to_bytes(40, "big") for h in range(312) for k in range(32)] * 5,
    ),
    "the same key over and over": keyed(b"in", 30, [7] * 30),
}


@pytest.mark.parametrize("data", HEAVY.values(), ids=HEAVY)
def test_heavy_payloads_stay_within_time_and_memory(data):
    assert not isinstance(harmless(data), WireError)


def test_keys_that_are_equal_do_not_crash():
    assert decode(payload(b"dTnin", [2, 1])) == {True: None}


# --- frames


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as source, open(writer, "wb", buffering=0) as sink:
        yield source, sink


@pytest.fixture
def sockets():
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@pytest.fixture(params=["pipe", "sockets"])
def ends(request):
    return request.getfixturevalue(request.param)


def soon(seconds=0.2):
    return time.monotonic() + seconds


@contextlib.contextmanager
def meanwhile(function, *args):
    thread = threading.Thread(target=function, args=args, daemon=True)
    thread.start()
    yield
    thread.join(5)
    assert not thread.is_alive()


def test_messages_arrive_one_by_one(ends):
    source, sink = ends
    for message in ("one", {"two": 2}, None):
        send(sink, message, deadline=soon(5))
    assert [receive(source, deadline=soon(5)) for _ in range(3)] == ["one", {"two": 2}, None]


def test_a_message_larger_than_any_buffer_arrives(ends):
    source, sink = ends
    message = np.arange(500_000.0)
    with meanwhile(send, sink, message):
        assert same(receive(source, deadline=soon(5)), message)


def test_a_frame_that_comes_byte_by_byte_arrives(pipe):
    source, sink = pipe
    data = encode([1, "two", np.ones(3)])

    def drip():
        for byte in struct.pack(">I", len(data)) + data:
            sink.write(bytes([byte]))
            time.sleep(0.001)

    with meanwhile(drip):
        assert same(receive(source, deadline=soon(5)), [1, "two", np.ones(3)])


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\0\x09abc"])
def test_no_answer_is_not_waited_for_beyond_the_deadline(ends, sent):
    source, sink = ends
    os.write(sink.fileno(), sent)
    start = time.monotonic()
    with pytest.raises(WireTimeout):
        receive(source, deadline=soon())
    assert 0.15 < time.monotonic() - start < 1


def test_who_drips_gets_no_more_time(pipe):
    source, sink = pipe
    sink.write(struct.pack(">I", 2**20))
    stop = time.monotonic() + 1

    def drip():
        with contextlib.suppress(BrokenPipeError):
            while time.monotonic() < stop:
                sink.write(b"\0")

    with meanwhile(drip):
        start = time.monotonic()
        with pytest.raises(WireTimeout):
            receive(source, deadline=soon())
        assert time.monotonic() - start < 0.8
        source.close()


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\0\x09abc"])
def test_the_end_of_the_stream_is_told_apart(ends, sent):
    source, sink = ends
    os.write(sink.fileno(), sent)
    sink.close()
    with pytest.raises(WireClosed):
        receive(source, deadline=soon(5))
    source.close()


def test_a_frame_longer_than_the_cap_is_not_read(pipe):
    source, sink = pipe
    sink.write(b"\xff\xff\xff\xff" + b"rest")
    with pytest.raises(WireError, match=r"4,294,967,295 bytes"):
        receive(source, deadline=soon(5))
    assert source.read(100) == b"rest"
    sink.write(struct.pack(">I", 11))
    with pytest.raises(WireError, match=r"11 bytes: more than 10"):
        receive(source, cap=10, deadline=soon(5))


def test_an_announced_length_costs_no_memory(pipe):
    source, sink = pipe
    sink.write(struct.pack(">I", wire.MAX_FRAME) + b"abc")
    tracemalloc.start()
    with pytest.raises(WireTimeout):
        receive(source, deadline=soon())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 2**20


def test_hostile_bytes_in_a_frame_are_refused(pipe):
    source, sink = pipe
    sink.write(struct.pack(">I", 3) + b"\x91\x91\x91" + struct.pack(">I", 0))
    for _ in range(2):
        with pytest.raises(WireError):
            receive(source, deadline=soon(5))


def test_who_does_not_read_does_not_hold_us_up(ends):
    _source, sink = ends
    start = time.monotonic()
    with pytest.raises(WireTimeout):
        send(sink, np.zeros(500_000), deadline=soon())
    assert 0.15 < time.monotonic() - start < 1


def test_sending_to_a_closed_stream_is_told_apart(ends):
    source, sink = ends
    source.close()
    with pytest.raises(WireClosed):
        send(sink, "hello", deadline=soon(5))


def test_what_could_not_be_written_at_once_is_written_next(pipe, monkeypatch):
    source, sink = pipe
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:3]))
    send(sink, "a message in many pieces", deadline=soon(5))
    assert receive(source, deadline=soon(5)) == "a message in many pieces"


def test_a_connection_that_was_reset_is_closed(sockets):
    source, sink = sockets
    send(source, "never read", deadline=soon(5))
    sink.close()
    with pytest.raises(WireClosed):
        receive(source, deadline=soon(5))


def test_a_message_larger_than_the_cap_is_not_sent(pipe):
    source, sink = pipe
    with pytest.raises(WireTooLarge):
        send(sink, "a" * 100, cap=100)
    sink.close()
    assert source.read(1) == b""


# --- outcomes


def crossed(outcome):
    return outcome_from_wire(decode(encode(outcome_to_wire(outcome))))


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(),
        Outcome(
            value=(1.5, {"dW": [1, 2]}), changed=(0, 2), warnings=frozenset({"RuntimeWarning"})
        ),
        Outcome(error="ValueError", message="bad", line=3),
        Outcome(timed_out=True),
        Outcome(value=Foreign("a generator")),
    ],
)
def test_outcomes_arrive_as_they_left(outcome):
    assert crossed(outcome) == outcome


def test_arrays_in_outcomes_arrive():
    assert same(crossed(Outcome(value=np.eye(3))).value, np.eye(3))


names = st.text(max_size=300)


@given(
    st.builds(
        Outcome,
        value=values,
        error=st.none() | names,
        message=st.text() | st.just("\ud800" * 10_000),
        line=st.none() | st.integers(),
        timed_out=st.booleans(),
        changed=st.lists(st.integers(0, 9)).map(tuple),
        warnings=st.frozensets(names),
    )
)
@few
def test_every_outcome_is_cut_to_what_is_taken(outcome):
    arrived = crossed(outcome)
    assert (arrived.returned, arrived.changed) == (outcome.returned, outcome.changed)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (["a" * 10_001], "a very long text"),
        ({"\ud800" * 5_000: 1}, "a very long text"),
        ([0] * wire.MAX_ITEMS, "a very large list"),
        ([np.zeros(2**20), np.zeros(2**20)], "a very large list"),
        (Keywords(a=1), "a Keywords"),
        ([b"bytes"], "a bytes"),
        (np.longdouble(1), "a longdouble"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_answers_that_cannot_cross_become_a_description(value, what):
    assert crossed(Outcome(value=value)).value == Foreign(what)


def test_the_largest_outcome_fits_a_frame(pipe):
    source, sink = pipe
    largest = Outcome(
        value=np.zeros(2**21 - 2**15 - 2**6),
        error="é" * 200,
        message="\U0001f600" * 20_000,
        warnings=frozenset("é" * 190 + f"{i}" for i in range(200)),
    )
    with meanwhile(send, sink, outcome_to_wire(largest)):
        arrived = outcome_from_wire(receive(source, deadline=soon(5)))
    assert isinstance(arrived.value, np.ndarray)
    assert len(arrived.message) == 10_000
    assert len(arrived.warnings) == 100


@pytest.mark.parametrize(
    "change",
    [
        {"value": Function("lambda: 1")},
        {"value": [Keywords()]},
        {"value": {b"a": 1}},
        {"value": np.float64(1)},
        {"value": ("a" * 10_001,)},
        {"error": 3},
        {"error": "a" * 201},
        {"error": "<b>"},
        {"error": ""},
        {"message": None},
        {"message": "a" * 10_001},
        {"line": 0},
        {"line": 10**6 + 1},
        {"line": True},
        {"line": 1.0},
        {"timed_out": 1},
        {"timed_out": None},
        {"changed": [1]},
        {"changed": (True,)},
        {"changed": (-1,)},
        {"changed": (10**9,)},
        {"changed": tuple(range(100)) * 3},
        {"warnings": frozenset()},
        {"warnings": ("a",) * 101},
        {"warnings": ("not a name",)},
        {"warnings": (1,)},
        {"warnings": None},
        {"score": 10},
    ],
    ids=lambda change: str(change)[:40],
)
def test_outcomes_that_no_worker_of_ours_sends_are_refused(change):
    message = outcome_to_wire(Outcome(value=1.0))
    outcome_from_wire(message)
    with pytest.raises(WireError):
        outcome_from_wire(message | change)


@pytest.mark.parametrize(
    "message", [None, [], {}, {"error": None}, {"value": 1, "score": 2}, Keywords(), "outcome"]
)
def test_what_is_no_outcome_is_refused(message):
    with pytest.raises(WireError):
        outcome_from_wire(message)


@given(values)
@few
def test_any_value_as_an_outcome_does_no_harm(value):
    for message in (value, outcome_to_wire(Outcome()) | {"changed": value, "warnings": value}):
        with contextlib.suppress(WireError):
            assert isinstance(outcome_from_wire(message), Outcome)
