"""Whether a function would answer the same at another time: it reads nothing that can change.

This is asked in the process that runs student code, about an answer that is wrong when all exercises are judged
together. If nothing but its own code can be the reason, it is as wrong when judged apart. Wherever this is not sure,
the answer is no. Who forges it gives up the chance to be judged apart, and wins nothing.
"""

import _thread
import builtins
import cmath
import copy
import dis
import functools
import itertools
import math
import opcode
import operator
import sys
from collections.abc import Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

#: modules a pure function may use, with what was in them before any student's code has run
MODULES = {
    module: {**vars(module)}
    for module in (builtins, cmath, copy, functools, itertools, math, np, np.linalg, operator)
}
#: of these: what reads or changes something else, or gives what nobody has written
IMPURE = (
    *("__import__", "breakpoint", "compile", "eval", "exec", "exit", "help", "input", "open"),
    *("delattr", "dir", "getattr", "globals", "hash", "id", "locals", "quit", "setattr", "vars"),
    *("cache", "cached_property", "lru_cache", "display"),
    *("ctypeslib", "empty", "empty_like", "fromfile", "genfromtxt", "load", "loadtxt", "memmap"),
    *("ndarray", "random", "set_printoptions", "setbufsize", "seterr", "seterrcall"),
)
CONSTANT = (type(None), type(...), bool, int, float, complex, str, bytes, range)
CHANGES = {
    opcode.opmap[name]
    for name in ("DELETE_ATTR", "DELETE_GLOBAL", "IMPORT_NAME", "STORE_ATTR", "STORE_GLOBAL")
}
_PURE = {
    id(value)
    for module, values in MODULES.items()
    for name, value in values.items()
    if name not in IMPURE and not isinstance(value, dict | list | set | ModuleType)
}


def _settings() -> tuple[Any, ...]:
    """What changes what functions do."""
    tracing = sys.gettrace(), sys.getprofile()
    return np.geterr(), np.get_printoptions(), sys.getrecursionlimit(), tracing, _thread._count()


_SETTINGS = _settings()


def is_pure(name: str, namespace: Mapping[str, Any]) -> bool:
    """Whether what stands for this name reads constants and pure functions only, and Python is as it was."""
    return _is_pure(namespace.get(name), namespace, set()) and _is_as_it_was()


def _is_pure(value: Any, namespace: Mapping[str, Any], seen: set[int]) -> bool:
    """Whether nobody can change this value; `seen` are functions that are being looked at already."""
    kind = type(value)
    if kind in CONSTANT or id(value) in _PURE or id(value) in seen:
        return True
    if kind is tuple:
        return all(_is_pure(item, namespace, seen) for item in value)
    if kind is ModuleType:
        return value in MODULES
    if isinstance(value, np.generic):
        return value.dtype.kind in "biufc"
    if kind is not FunctionType or value.__globals__ is not namespace:
        return False
    if value.__closure__ or value.__dict__:
        return False
    seen.add(id(value))
    defaults = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
    return _is_pure(defaults, namespace, seen) and _does_nothing_else(
        value.__code__, namespace, seen
    )


def _does_nothing_else(code: CodeType, namespace: Mapping[str, Any], seen: set[int]) -> bool:
    """Whether code, and code in it, reads nothing that anybody can change, and changes nothing itself."""
    if not CHANGES.isdisjoint(code.co_code[::2]):
        return False
    for name in code.co_names:  # of globals and attributes
        # a generator of one's own is no state that others share
        own = name == "random" and "default_rng" in code.co_names
        if name in IMPURE and not own:
            return False
        looked_at = {*seen}  # what turns out to be an attribute leaves no trace
        if name not in namespace or _is_pure(namespace[name], namespace, looked_at):
            seen |= looked_at
        elif _reads(code, name):
            return False
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return all(_does_nothing_else(each, namespace, seen) for each in inner)


def _reads(code: CodeType, name: str) -> bool:
    """Whether it is a global that bears this name, and not an attribute of something."""
    return any(
        step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval == name
        for step in dis.get_instructions(code)
    )


def _is_as_it_was() -> bool:
    """Whether no module has been changed, and no setting that changes what functions do; and nothing else runs."""
    return (
        all(_holds(vars(module), values) for module, values in MODULES.items())
        and _settings() == _SETTINGS
    )


def _holds(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a module is what it was, but for modules that have been loaded since."""
    return now.keys() >= before.keys() and all(
        before.get(name) is value or isinstance(value, ModuleType) for name, value in now.items()
    )
