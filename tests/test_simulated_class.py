"""Every known answer of every unit, handed in by somebody and graded in the sandbox, gets its true score."""

from pathlib import Path

import nbformat
import pytest

from byhand.exercise import load_exercises
from byhand.grading.graded_run import GradedRun
from byhand.grading.sandbox import Level, protection_level
from byhand.grading.session import Limits
from byhand.grading.simulated_class import simulated_class, write_submission

pytestmark = pytest.mark.skipif(
    protection_level() is Level.NONE, reason="not here: this machine has no sandbox"
)
ROOT = Path(__file__).parent.parent
NOTEBOOKS = {path.stem: path.parent.name for path in sorted(ROOT.glob("source/*/*.md"))}


def graded(path, exercises, worker):
    """The notebook, run and judged in the sandbox."""
    run = GradedRun(
        nbformat.read(path, as_version=4),
        exercises,
        worker=worker,
        limits=Limits(),
        files=None,
        seed=lambda _: 1,
    )
    run.grade()
    return run


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_no_cell_of_a_solution_fails_while_it_is_graded(worker, notebook):
    exercises = load_exercises(ROOT / "tests" / "hidden" / f"{notebook}.py")
    path = ROOT / "solutions" / NOTEBOOKS[notebook] / f"{notebook}.ipynb"
    for cell in graded(path, exercises, worker).cells:
        failed = [
            out for out in cell.outputs if out.output_type == "error" or "stderr" in out.values()
        ]
        assert not failed, cell.source


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_all_known_answers_get_their_true_scores_and_verdicts_in_the_sandbox(
    worker, tmp_path, notebook
):
    exercises = load_exercises(ROOT / "tests" / "hidden" / f"{notebook}.py")
    known = max(len(e.mistakes) + len(e.alternatives) for e in exercises.values())
    wrong = []
    for student in simulated_class(exercises, known + 4):
        write_submission(student, ROOT / "notebooks", tmp_path, NOTEBOOKS[notebook])
        path = tmp_path / student.name / NOTEBOOKS[notebook] / f"{notebook}.ipynb"
        run = graded(path, exercises, worker)
        for name, answer in student.answers.items():
            verdict = run.verdicts.get(name)
            score = verdict.score if verdict else None
            if score != answer.earns:
                wrong.append(
                    f"{student.name}: {name} ({answer.label}) is worth {answer.earns:g}, graded {score}"
                )
            # where nothing has points, the verdict is all there is
            is_right = answer.label in ("reference", *exercises[name].alternatives)
            if verdict is None or verdict.right != is_right:
                wrong.append(f"{student.name}: {name} ({answer.label}) is judged {verdict}")
        assert not run.notes, (student.name, run.notes)
    assert not wrong, "\n".join(wrong)
