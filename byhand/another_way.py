"""The reference beside a learner's own right answer, if it goes another way."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from html import escape

from byhand.exercise import Exercise, source_as


def another_way(exercise: type[Exercise], own: Callable) -> str | None:
    """Return the source of the reference, or None if the learner's function says the same in other names.

    None also where the learner's source is not to be had: then nobody knows whether it differs.
    """
    try:
        mine = textwrap.dedent(inspect.getsource(own))
        reference = source_as(exercise.reference, exercise.name)
        if _skeleton(mine) == _skeleton(reference):
            return None
    except (OSError, TypeError, ValueError, SyntaxError, RecursionError):
        return None
    return re.sub(r" *# noqa.*", "", reference).strip()


def fold(source: str) -> str:
    """The source in a closed fold, as HTML."""
    return (
        '<details style="margin:.3em .8em"><summary>Another way</summary>'
        f"<pre><code>{escape(source)}</code></pre></details>"
    )


def _skeleton(source: str) -> str:
    """What a function does: without its own names, annotations, docstring, or the order of terms and factors."""
    function = ast.parse(source).body[0]
    if not isinstance(function, ast.FunctionDef):
        raise ValueError("not a function")
    names: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef):
            node.name = names.setdefault(node.name, f"n{len(names)}")
            node.body = node.body[ast.get_docstring(node) is not None :]
            node.returns = None
        elif isinstance(node, ast.arg):
            node.arg = names.setdefault(node.arg, f"n{len(names)}")
            node.annotation = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.setdefault(node.id, f"n{len(names)}")
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.dump(_Sorted().visit(function))


class _Sorted(ast.NodeTransformer):
    """Puts the two sides of each + and * in one order, so that a * b is b * a."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mult):
            node.left, node.right = sorted((node.left, node.right), key=ast.dump)
        return node
