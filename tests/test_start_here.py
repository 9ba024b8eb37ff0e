"""Start here says what is true: of the checks, of the other units, of NumPy."""

import itertools
import re
from ast import literal_eval
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from byhand.exercise import load_exercises
from byhand.figures import start_here as figures
from byhand.judge import judge
from byhand.student import NamespaceStudent

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "source" / "0_start_here" / "start_here.md").read_text("utf-8")
HIDDEN = ROOT / "tests" / "hidden"
EXERCISES = load_exercises(HIDDEN / "start_here.py")


def words(picture):
    """Everything that is written in a picture."""
    return [t.get_text() for t in picture.findobj(Text) if t.get_visible() and t.get_text()]


def verdict(body):
    namespace = {}
    exec(f"def mean_of_two(a, b):\n    {body}", namespace)
    return judge(EXERCISES["mean_of_two"], NamespaceStudent(namespace))


def test_the_first_check_says_what_the_text_promises():
    untouched = verdict("raise NotImplementedError()")
    wrong = verdict("return a + b / 2")
    right = verdict("return (a + b) / 2")
    headlines = "\n".join(v.headline for v in (untouched, wrong, right))
    assert f"```text\n{headlines}\n```" in TEXT
    headline, said = wrong.text(details=True).split("\n", 1)
    assert headline == wrong.headline
    assert f"```text\n{said}\n```" in TEXT


@pytest.mark.parametrize("row", re.findall(r"^\| \d.*\| \d+ \|$", TEXT, re.MULTILINE))
def test_the_table_of_units_has_their_points(row):
    unit, *_, points = (part.strip() for part in row.strip("|").split("|"))
    texts = sorted((ROOT / "source").glob(f"{unit[0]}_*/*.md"))
    notebook = texts[1 if "second" in unit else 0].stem
    exercises = load_exercises(HIDDEN / f"{notebook}.py")
    assert int(points) == sum(exercise.points for exercise in exercises.values())


def test_the_table_of_units_has_every_notebook():
    rows = re.findall(r"^\| \d.*\| \d+ \|$", TEXT, re.MULTILINE)
    assert len(rows) == len(list((ROOT / "source").glob("[1-9]_*/*.md")))


def test_nothing_here_has_points():
    assert len(EXERCISES) == 5
    assert all(exercise.points == 0 for exercise in EXERCISES.values())


def test_the_map_shows_every_unit_once():
    shown = words(figures.draw_course_map())
    units = sorted(path.name[0] for path in (ROOT / "source").glob("*_*") if path.is_dir())
    assert sorted(word for word in shown if word.isdigit()) == units


@pytest.mark.parametrize("left", figures.SHAPES)
@pytest.mark.parametrize("right", figures.SHAPES)
def test_broadcast_shows_what_numpy_does(left, right):
    arrays = [np.zeros(figures.SHAPES[name]) for name in (left, right)]
    picture = figures.draw_broadcast(left, right)
    try:
        result = (arrays[0] - arrays[1]).shape
    except ValueError:
        assert "is refused" in picture.alt
        assert "✗" in words(picture)
    else:
        assert f"gives {result}" in picture.alt
        assert str(result) in words(picture)
        assert "✗" not in words(picture)
    numbers = picture.alt.split("In numbers: ")[1].removesuffix(".").replace("−", "-")
    sides = [np.array(literal_eval(n)) for n in re.split(" - | = ", numbers)]
    assert [side.shape for side in sides[:2]] == [array.shape for array in arrays]
    assert all(np.array_equal(sides[0] - sides[1], difference) for difference in sides[2:])


def test_the_fold_names_the_pairs_that_are_refused_and_those_that_grow():
    refused, larger = set(), set()
    for left, right in itertools.product(figures.SHAPES, repeat=2):
        result = figures.stretched(figures.SHAPES[left], figures.SHAPES[right])
        if result is None:
            refused.add(frozenset((left, right)))
        elif result not in (figures.SHAPES[left], figures.SHAPES[right]):
            larger.add(frozenset((left, right)))
    shape = r"\([\d, ]*\)"
    for label, pairs in (("Refused", refused), ("Larger than both", larger)):
        said = re.search(rf"{label}: ({shape}) with ((?:(?:, | or )?{shape})+)\.", TEXT)
        assert {frozenset((said[1], other)) for other in re.findall(shape, said[2])} == pairs


def test_the_trap_has_zeros_on_its_diagonal_only():
    numbers = figures.draw_trap().alt.replace("−", "-").split(" = ")[1].split(". ")[0]
    assert np.array_equal(np.array(literal_eval(numbers)) == 0, np.eye(4))


def test_product_shows_the_row_and_the_column_that_make_an_entry():
    for row, column in np.ndindex(4, 3):
        picture = figures.draw_product(row, column)
        terms = figures.INPUTS[row] * figures.WEIGHTS[:, column]
        entry = str(terms.sum()).replace("-", "−")
        assert picture.alt.endswith(f"= {entry}.")
        assert f"entry [{row}, {column}]" in words(picture)


def test_the_entry_that_product_begins_with_is_the_only_one_of_its_value():
    """So the picture tells a row from a column, and neighbours do not look alike."""
    product = figures.INPUTS @ figures.WEIGHTS
    row, column = map(int, re.search(r"entry \[(\d), (\d)\]", figures.draw_product().alt).groups())
    assert np.sum(product == product[row, column]) == 1


def test_axis_shows_the_sums_it_speaks_of():
    picture = figures.draw_axis()
    assert "axis=0) gives 12, 5, 6: shape (3,)" in picture.alt
    assert "axis=1) gives 6, 5, 6, 6: shape (4,)" in picture.alt
    table = np.array([[1, 2, 3], [4, 0, 1], [2, 2, 2], [5, 1, 0]])  # the one of the cell beside it
    assert re.sub(r"\s", "", str(table.tolist())) in re.sub(r"\s", "", TEXT)
    assert table.sum(axis=0).tolist() == [12, 5, 6]
    assert table.sum(axis=1).tolist() == [6, 5, 6, 6]


def test_perfect_predictions_have_the_error_of_the_trap():
    prediction = np.array([[1.0], [0.0], [1.0], [1.0]])
    trap = np.mean((prediction - prediction.ravel()) ** 2)
    assert f"an error of {trap:g}." in TEXT


def test_the_network_sees_whether_its_inputs_differ_and_needs_every_weight():
    """The cell as it stands, and with 0 in the place of each weight."""
    cell = next(c for c in TEXT.split("```") if "def sigmoid" in c).removeprefix("python\n")

    def answers(code):
        namespace = {"np": np, "layer": EXERCISES["layer"].reference, "print": lambda *_: None}
        exec(code, namespace)
        return (namespace["a2"].ravel() > 0.5).tolist()

    assert answers(cell) == [False, True, True, False]
    weights = re.finditer(r"10\b", cell)
    spoiled = [cell[: w.start()] + "0" + cell[w.end() :] for w in weights]
    assert len(spoiled) == 6
    assert all(answers(code) != [False, True, True, False] for code in spoiled)
