"""What crosses between the supervisor, which judges, and the worker, which runs learners' code.

A frame is four bytes of length and a msgpack payload; nothing is ever unpickled. The supervisor decodes what a hostile
worker wrote: whatever the bytes, the result is a value or a `WireError`, soon, and in memory of at most four times
the frame and 300 bytes for each of at most `MAX_ITEMS` items.

That is why the payload is flat. msgpack's own arrays and maps are not used for values, so hostile nesting never reaches
msgspec; a payload is five columns with one type each:

    tags                            a letter for each item, a container before its contents: [1, (2.5,)] is "litf"
    ints, floats, texts, blobs      what the items consist of, each in the order of the tags

A list is the letter "l", its length in `ints`, then its items; so are tuples ("t"), dicts ("d": key, value, key, …) and
Keywords ("k"). An array is the letter "a", its dtype in `texts`, its number of dimensions and the dimensions in `ints`,
and its little-endian bytes in `blobs`.
"""

import itertools
import math
import os
import select
import struct
import time
from collections.abc import Iterator
from typing import Annotated, Any, NoReturn, Protocol, TypeVar

import msgspec
import numpy as np

from byhand.exercise import Function, Keywords
from byhand.plain import Foreign, with_article
from byhand.student import Outcome

#: the first of Linux' signals that wake a sleeping copy: which one it is says on what channel the copy is asked
WAKE = 40
#: bytes in one frame, unless sender and receiver agree on something else
MAX_FRAME = 16 * 2**20
#: bytes read at a time where many small frames are to come
AHEAD = 2**16
#: items in one message: every value and every container counts
MAX_ITEMS = 100_000
#: containers inside containers; `plain` goes to 20, and messages wrap answers
MAX_DEPTH = 32
MAX_DIMENSIONS = 32
MAX_BITS = 4_000
#: keys of one dict, items of one key, keys of a dict that share a hash. Hashes of numbers and of tuples are no
#: secret: somebody can choose keys for which a dict takes quadratic time, and these caps keep the square small.
MAX_KEYS = 10_000
MAX_KEY_ITEMS = 32
MAX_SAME_HASH = 32
#: characters of an error's message, of a string in an answer, and of the source of a Function
MAX_TEXT = 10_000
#: characters of the name of an error or warning, and of what a Foreign was
MAX_NAME = 200
MAX_WARNINGS = 100
MAX_LINE = 10**6

#: arrays that may cross, by dtype as written on the wire
DTYPES = {
    kind + size: np.dtype(kind + size)
    for kind, sizes in {"b": "1", "i": "1248", "u": "1248", "f": "248"}.items()
    for size in sizes
}


class WireError(Exception):
    """Nothing usable came, or nothing can be sent; the text is one sentence that says why."""


class WireTimeout(WireError):
    """The deadline passed. Part of a frame may be through: the stream is of no further use."""


class WireClosed(WireError):
    """The other side has closed the stream."""


class WireTooLarge(WireError):
    """A value of ours is too large or too deep for a frame; nothing was sent."""


class HasFileno(Protocol):
    """An unbuffered end of a pipe or a socket."""

    def fileno(self) -> int: ...


T = TypeVar("T")
_Column = Annotated[list[T], msgspec.Meta(max_length=MAX_ITEMS)]
_Payload = tuple[bytes, _Column[int], _Column[float], _Column[str], _Column[bytes]]
_payload_encoder = msgspec.msgpack.Encoder()
_payload_decoder = msgspec.msgpack.Decoder(_Payload)


def encode(value: Any) -> bytes:
    """The payload of a frame for a value: plain data, bytes, NumPy scalars, Function, Keywords and Foreign.

    An int of more than `MAX_BITS` bits, an array of long doubles or too large for any frame, and a dict with such ints
    or very long tuples as keys, or with too many keys, become a `Foreign`. Lone surrogates in strings become
    backslash escapes, so that every string that arrives can be printed.

    Raises TypeError for anything else (subclasses too), WireTooLarge for too many items or too deep a nesting.
    """
    writer = _Writer()
    writer.write(value, 0)
    columns = (bytes(writer.tags), writer.ints, writer.floats, writer.texts, writer.blobs)
    return _payload_encoder.encode(columns)


def decode(data: bytes | bytearray) -> Any:
    """The value that `encode` made a payload of, with fresh, writeable arrays in native byte order.

    Raises WireError, and nothing else, for bytes that no `encode` made.
    """
    try:
        columns = _payload_decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise WireError("A message was not made of the five columns of a payload.") from None
    if len(columns[0]) > MAX_ITEMS:
        raise WireError(f"A message had more than {MAX_ITEMS:,} items.")
    reader = _Reader(*columns)
    try:
        value = reader.read(0)
    except StopIteration:
        raise WireError("A message ended in the middle of a value.") from None
    if not reader.finished():
        raise WireError("A message went on after its value.")
    return value


class _Writer:
    """Takes values apart into columns."""

    def __init__(self) -> None:
        self.tags = bytearray()
        self.ints: list[int] = []
        self.floats: list[float] = []
        self.texts: list[str] = []
        self.blobs: list[bytes] = []

    def write(self, value: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise WireTooLarge(f"A value has more than {MAX_DEPTH} containers inside each other.")
        if len(self.tags) >= MAX_ITEMS:
            raise WireTooLarge(f"A value has more than {MAX_ITEMS:,} items.")
        kind = type(value)
        if value is None:
            self.tags += b"n"
        elif kind is bool:
            self.tags += b"T" if value else b"F"
        elif kind is int:
            self._write_int(value)
        elif kind is float:
            self.tags += b"f"
            self.floats.append(value)
        elif kind is str:
            self._write_text(b"s", value)
        elif kind is bytes:
            self.tags += b"b"
            self.blobs.append(value)
        elif kind is list or kind is tuple:
            self.tags += b"l" if kind is list else b"t"
            self.ints.append(len(value))
            for item in value:
                self.write(item, depth + 1)
        elif kind is dict or kind is Keywords:
            self._write_dict(value, depth)
        elif kind is np.ndarray or isinstance(value, np.generic):
            self._write_numpy(value)
        elif kind is Foreign:
            self._write_foreign(value.what)
        elif kind is Function:
            if len(value.source) > MAX_TEXT:
                raise WireTooLarge(f"A function has more than {MAX_TEXT:,} characters of source.")
            self._write_text(b"c", value.source)
        else:
            raise TypeError(f"{with_article(kind.__name__).capitalize()} cannot cross the wire.")

    def _write_int(self, value: int) -> None:
        if -(2**63) <= value < 2**64:
            self.tags += b"i"
            self.ints.append(value)
        elif value.bit_length() <= MAX_BITS:
            self.tags += b"I"
            self.blobs.append(value.to_bytes(MAX_BITS // 8 + 1, "big", signed=True))
        else:
            self._write_foreign("a very large int")

    def _write_text(self, tag: bytes, text: str) -> None:
        self.tags += tag
        self.texts.append(printable(text))

    def _write_foreign(self, what: str) -> None:
        self._write_text(b"x", printable(what)[:MAX_NAME])

    def _write_dict(self, value: dict, depth: int) -> None:
        if len(value) > MAX_KEYS:
            self._write_foreign(f"a dict with more than {MAX_KEYS:,} keys")
        elif not all(type(key) is str or _is_small_key(key) for key in value):
            self._write_foreign("a dict with unusual keys")
        else:
            self.tags += b"d" if type(value) is dict else b"k"
            self.ints.append(len(value))
            for key, item in value.items():
                self.write(key, depth + 1)
                self.write(item, depth + 1)

    def _write_numpy(self, value: np.ndarray | np.generic) -> None:
        dtype = DTYPES.get(value.dtype.str[1:])
        if (
            dtype is None and value.dtype.kind != "f"
        ):  # np.longdouble is plain, but no other machine's
            raise TypeError(f"NumPy data of type {value.dtype} cannot cross the wire.")
        if dtype is None:
            name = value.dtype.name
            self._write_foreign(f"an array of {name}" if value.shape else with_article(name))
        elif value.ndim > MAX_DIMENSIONS or not _is_small_array(value.shape, dtype):
            self._write_foreign("a very large array")
        else:
            self.tags += b"a" if isinstance(value, np.ndarray) else b"g"
            self.texts.append(dtype.str[1:])
            self.ints += [value.ndim, *value.shape]
            self.blobs.append(value.astype(dtype.newbyteorder("<"), copy=False).tobytes())


class _Reader:
    """Puts values together from columns that anybody may have written."""

    def __init__(
        self,
        tags: bytes,
        ints: list[int],
        floats: list[float],
        texts: list[str],
        blobs: list[bytes],
    ) -> None:
        self.tags = iter(tags)
        self.ints = iter(ints)
        self.floats = iter(floats)
        self.texts = iter(texts)
        self.blobs = iter(blobs)

    def finished(self) -> bool:
        columns: tuple[Iterator, ...] = (
            self.tags,
            self.ints,
            self.floats,
            self.texts,
            self.blobs,
        )
        return all(column.__length_hint__() == 0 for column in columns)  # type: ignore[attr-defined]

    def read(self, depth: int) -> Any:
        """The next value. Raises WireError, or StopIteration where a column ends too early."""
        if depth > MAX_DEPTH:
            raise WireError(f"A message had more than {MAX_DEPTH} containers inside each other.")
        match chr(next(self.tags)):
            case "s":
                return next(self.texts)
            case "f":
                return next(self.floats)
            case "i":
                return next(self.ints)
            case "a":
                return self._read_array()
            case "d":
                return self._read_dict(depth)
            case "t":
                return tuple(self._read_items(depth))
            case "l":
                return self._read_items(depth)
            case "n":
                return None
            case "T":
                return True
            case "F":
                return False
            case "g":
                return self._read_scalar()
            case "k":
                return self._read_keywords(depth)
            case "I":
                return self._read_large_int()
            case "b":
                return next(self.blobs)
            case "x":
                return Foreign(self._read_text(MAX_NAME))
            case "c":
                # Function() dedents its source, which takes a hundred times its size for a moment.
                return Function(self._read_text(MAX_TEXT))
        raise WireError("A message had an item of an unknown kind.")

    def _read_items(self, depth: int) -> list:
        # A length that is a lie ends in StopIteration: nothing is allocated in advance.
        return [self.read(depth + 1) for _ in range(self._length())]

    def _length(self) -> int:
        length = next(self.ints)
        if not 0 <= length <= MAX_ITEMS:
            raise WireError("A message had a container of an impossible length.")
        return length

    def _read_dict(self, depth: int) -> dict:
        length = self._length()
        if length > MAX_KEYS:
            raise WireError(f"A message had a dict with more than {MAX_KEYS:,} keys.")
        pairs = [(self._read_key(depth), self.read(depth + 1)) for _ in range(length)]
        if length > MAX_SAME_HASH:
            hashes = sorted(hash(key) for key, _ in pairs)
            pairs_of_hashes = zip(hashes, hashes[MAX_SAME_HASH:], strict=False)
            if any(one == other for one, other in pairs_of_hashes):
                raise WireError("A message had a dict with too many keys of the same hash.")
        return dict(pairs)

    def _read_key(self, depth: int) -> Any:
        key = self.read(depth + 1)
        if type(key) is str:  # as most are
            return key
        try:
            small = _is_small_key(key)
        except TypeError:
            small = False
        if not small:
            raise WireError("A message had a dict with a key that cannot be one.")
        return key

    def _read_keywords(self, depth: int) -> Keywords:
        keywords = Keywords(self._read_dict(depth))
        if not all(type(name) is str for name in keywords):
            raise WireError("A message had arguments whose names are not text.")
        return keywords

    def _read_array(self) -> np.ndarray:
        dtype = DTYPES.get(next(self.texts))
        dimensions = next(self.ints)
        if dtype is None or not 0 <= dimensions <= MAX_DIMENSIONS:
            raise WireError("A message had an array of an unknown kind.")
        shape = tuple([next(self.ints) for _ in range(dimensions)])
        data = next(self.blobs)
        if min(shape, default=0) < 0 or not _is_small_array(shape, dtype):
            raise WireError("A message had an array of an impossible shape.")
        if math.prod(shape) * dtype.itemsize != len(data):
            raise WireError("A message had an array whose shape does not fit its data.")
        if dtype.kind == "b" and data.strip(b"\0\1"):
            # NumPy computes nonsense with a truth value that is neither 0 nor 1.
            raise WireError("A message had truth values that are neither true nor false.")
        return np.ndarray(shape, dtype.newbyteorder("<"), data).astype(dtype)

    def _read_scalar(self) -> Any:
        array = self._read_array()
        if array.ndim:
            raise WireError("A message had a NumPy scalar with dimensions.")
        return array[()]

    def _read_large_int(self) -> int:
        data = next(self.blobs)
        if len(data) > MAX_BITS // 8 + 1:
            raise WireError("A message had an int of too many bits.")
        return int.from_bytes(data, "big", signed=True)

    def _read_text(self, cap: int) -> str:
        text = next(self.texts)
        if len(text) > cap:
            raise WireError(f"A message had a text of more than {cap:,} characters.")
        return text


_KEY_TYPES = (type(None), bool, int, float, str, bytes, Foreign)


def _is_small_key(key: Any) -> bool:
    """Whether a key has at most `MAX_KEY_ITEMS` items, tuples in it counted, and no int that cannot cross.

    Raises TypeError for what cannot be a key at all.
    """
    items = [key]
    for item in items:  # grows while we look at it
        if type(item) is tuple:
            items += item
        elif type(item) not in _KEY_TYPES:
            raise TypeError(f"{with_article(type(item).__name__).capitalize()} cannot be a key.")
        elif type(item) is int and item.bit_length() > MAX_BITS:
            return False
    return len(items) <= MAX_KEY_ITEMS


def _is_small_array(shape: tuple[int, ...], dtype: np.dtype) -> bool:
    """Whether an array fits a frame, even if its empty dimensions had a length of one.

    An empty array of shape (2**40, 0) costs nothing, but what is computed from it could.
    """
    return math.prod(max(n, 1) for n in shape) * dtype.itemsize <= MAX_FRAME


def printable(text: str) -> str:
    """The text with backslash escapes for lone surrogates, which no file, terminal or browser takes."""
    return str.encode(text, "utf-8", "backslashreplace").decode("utf-8")


def send(
    stream: HasFileno, message: Any, *, cap: int = MAX_FRAME, deadline: float | None = None
) -> None:
    """Write one frame; a reader that does not read holds us up until `deadline` (time.monotonic()) at most.

    Raises WireTooLarge before anything is written, WireTimeout, WireClosed, and what `encode` raises.
    """
    payload = encode(message)
    if len(payload) > cap:
        raise WireTooLarge(f"A message would take {len(payload):,} bytes: more than {cap:,}.")
    unsent = memoryview(struct.pack(">I", len(payload)) + payload)
    while unsent:
        _wait(stream, select.POLLOUT, deadline)
        try:
            # As much as surely does not block when poll() says that there is room.
            written = os.write(stream.fileno(), unsent[: select.PIPE_BUF])
        except BlockingIOError:
            continue
        except OSError:
            raise WireClosed("The other side closed the stream while we wrote.") from None
        unsent = unsent[written:]


def receive(
    stream: HasFileno,
    *,
    cap: int = MAX_FRAME,
    deadline: float | None = None,
    ahead: bytearray | None = None,
) -> Any:
    """Read one frame and decode it, waiting until `deadline` (time.monotonic()) at most.

    What may be read beyond it is kept in `ahead`, for the next call: without that, nothing is.

    Raises WireTimeout, WireClosed at the end of the stream, WireError for a frame longer than `cap` (of which nothing
    is read on purpose) and for whatever `decode` does not take.
    """
    beyond = 0 if ahead is None else AHEAD
    ahead = bytearray() if ahead is None else ahead
    (length,) = struct.unpack(">I", _read(stream, 4, deadline, ahead, beyond))
    if length > cap:
        raise WireError(f"A message announced {length:,} bytes: more than {cap:,}.")
    return decode(_read(stream, length, deadline, ahead, beyond))


def _read(
    stream: HasFileno, length: int, deadline: float | None, ahead: bytearray, beyond: int
) -> bytes:
    """So many bytes, the first of which may be there already, `ahead` of time, and stay there beyond these."""
    while len(ahead) < length:  # grows with what comes: an announcement alone costs no memory
        _wait(stream, select.POLLIN, deadline)
        try:
            chunk = os.read(stream.fileno(), min(length - len(ahead) + beyond, 2**20))
        except BlockingIOError:
            continue
        except OSError:
            chunk = b""
        if not chunk:
            raise WireClosed("The other side closed the stream.")
        ahead += chunk
    data = bytes(ahead[:length])
    del ahead[:length]
    return data


def _wait(stream: HasFileno, event: int, deadline: float | None) -> None:
    """Come back when the stream is ready, closed or broken. Raises WireTimeout."""
    poll = select.poll()
    poll.register(stream.fileno(), event)
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        # Ready or not: who keeps sending single bytes does not get more time.
        if left is not None and left <= 0:
            raise WireTimeout("The other side did not answer in time.")
        if poll.poll(None if left is None else math.ceil(min(left, 3600) * 1000)):
            return


#: an outcome as most are, beside its value
USUAL = {
    "error": None,
    "message": "",
    "line": None,
    "timed_out": False,
    "changed": (),
    "warnings": (),
}


def outcome_to_wire(outcome: Outcome) -> dict[str, Any]:
    """A message for an outcome, cut to what `outcome_from_wire` takes; only what is not as in most outcomes.

    A value that is too long, large or deep becomes a `Foreign`, so that the learner reads what was wrong with it.
    """
    line = outcome.line
    warnings = {_name(name, "Warning") for name in outcome.warnings}
    message = {
        "error": None if outcome.error is None else _name(outcome.error, "Exception"),
        "message": printable(outcome.message)[:MAX_TEXT],
        "line": line if line is not None and 1 <= line <= MAX_LINE else None,
        "timed_out": outcome.timed_out,
        "changed": outcome.changed,
        "warnings": tuple(itertools.islice(sorted(warnings), MAX_WARNINGS)),
    }
    unusual = {key: value for key, value in message.items() if value != USUAL[key]}
    return {"value": _answer(outcome.value), **unusual}


def _answer(value: Any) -> Any:
    items = _items(value)
    if obstacle := _obstacle(items):
        return Foreign(obstacle)
    if len(items) < 1_000 and sum(i.nbytes for i in items if type(i) is np.ndarray) < 2**20:
        fits = _depth(value) < MAX_DEPTH - 2
    else:
        try:
            # The message around the answer needs some room too.
            fits = len(encode(value)) <= MAX_FRAME - 2**18
        except WireTooLarge:
            fits = False
    return value if fits else Foreign(f"a very large {type(value).__name__}")


def _depth(value: Any) -> int:
    if type(value) is dict:
        return 1 + max(map(_depth, (*value, *value.values())), default=0)
    return 1 + max(map(_depth, value), default=0) if type(value) in (list, tuple) else 0


def _items(value: Any) -> list[Any]:
    """A value and everything in it."""
    items = [value]
    for item in items:  # grows while we look at it
        if type(item) is list or type(item) is tuple:
            items += item
        elif type(item) is dict:
            items += item.keys()
            items += item.values()
    return items


def _obstacle(items: list[Any]) -> str | None:
    """What of these is not for an answer to contain, for a sentence; None if all may be in one."""
    for item in items:
        if type(item) is str and len(printable(item)) > MAX_TEXT:
            return "a very long text"
        if type(item) not in _ANSWER_TYPES:
            return with_article(type(item).__name__)
    return None


_ANSWER_TYPES = (type(None), bool, int, float, str, list, tuple, dict, np.ndarray, Foreign)


def _name(name: str, otherwise: str) -> str:
    return name if name.isidentifier() and len(name) <= MAX_NAME else otherwise


def outcome_from_wire(message: Any) -> Outcome:
    """The outcome in a message that a worker sent. Raises WireError if anything about it is not as it must be."""
    if type(message) is not dict or not {"value"} <= set(message) <= {"value", *USUAL}:
        _refuse("fields")
    message = {**USUAL, **message}
    value, error, text = message["value"], message["error"], message["message"]
    line, changed, warnings = message["line"], message["changed"], message["warnings"]
    if _obstacle(_items(value)):
        _refuse("value")
    if error is not None and not _is_name(error):
        _refuse("error")
    if type(text) is not str or len(text) > MAX_TEXT:
        _refuse("message")
    if line is not None and not (type(line) is int and 1 <= line <= MAX_LINE):
        _refuse("line")
    if type(message["timed_out"]) is not bool:
        _refuse("timed_out")
    if type(changed) is not tuple or len(changed) > MAX_NAME:
        _refuse("changed")
    if not all(type(place) is int and 0 <= place < MAX_NAME for place in changed):
        _refuse("changed")
    if type(warnings) is not tuple or len(warnings) > MAX_WARNINGS:
        _refuse("warnings")
    if not all(map(_is_name, warnings)):
        _refuse("warnings")
    return Outcome(**{**message, "warnings": frozenset(warnings)})


def batch_from_wire(message: Any) -> tuple[list[bytes], bool]:
    """The encoded outcomes that a worker sent together, and whether they were the last. Raises WireError."""
    if type(message) is not dict or message.keys() != {"outcomes", "last"}:
        raise WireError("A batch had fields that no batch has.")
    outcomes, is_last = message["outcomes"], message["last"]
    if type(outcomes) is not list or type(is_last) is not bool:
        raise WireError("A batch had fields that no batch has.")
    if not all(type(outcome) is bytes for outcome in outcomes):
        raise WireError("A batch had something else than outcomes.")
    return outcomes, is_last


def _is_name(name: Any) -> bool:
    return type(name) is str and len(name) <= MAX_NAME and name.isidentifier()


def _refuse(part: str) -> NoReturn:
    raise WireError(f"An outcome had {part} that no outcome has.")
