"""The course's solution beside a learner's own right answer, if it goes another way."""

import ast
import inspect
import json
import textwrap
from collections.abc import Callable
from html import escape
from pathlib import Path

from byhand.progress import source_of


def another_way(course: Path, notebook: str, exercise: str, own: Callable) -> str | None:
    """Return the code of the solved notebook in `course`, or None if the learner's says the same in other names.

    None also where one of the two is not to be had: then nobody knows whether they differ.
    """
    try:
        (solved,) = course.glob(f"solutions/*/{notebook}.ipynb")
        (solution,) = (
            source_of(cell)
            for cell in json.loads(solved.read_bytes())["cells"]
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{exercise}_code"
        )
        mine = textwrap.dedent(inspect.getsource(own))
        same = _skeleton(mine, exercise) == _skeleton(solution, exercise)
    except (OSError, TypeError, ValueError, KeyError, SyntaxError, RecursionError):
        return None
    return None if same else solution


def fold(source: str) -> str:
    """The source in a closed fold, as HTML."""
    return (
        '<details style="margin:.3em .8em"><summary>Another way</summary>'
        f"<pre><code>{escape(source)}</code></pre></details>"
    )


def _skeleton(source: str, name: str) -> str:
    """What a function does: without its own names, annotations, docstring, or the order of terms and factors."""
    (function,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
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
