"""What holds for every class, whoever is in it."""

from submissions import POINTS


def test_all_runs_of_nbgrader_end_with_exit_status_0(graded):
    runs = graded.observed.runs
    failed = {name: (run.failed, run.fatal) for name, run in runs.items() if run.status}
    assert not failed, "\n".join(
        f"{name}: failed {f}, fatal {g}" for name, (f, g) in failed.items()
    )
    assert not any(run.feedback_status for run in runs.values())


def test_all_innocent_students_have_full_marks(graded):
    harmed = {
        student: row["scores"]
        for rows in graded.gradebooks.values()
        for student, row in rows.items()
        if student.endswith("z") and row["scores"] != POINTS
    }
    assert not harmed, harmed


def test_all_innocent_students_are_warned_of_nothing(graded):
    students = [s for rows in graded.gradebooks.values() for s in rows if s.endswith("z")]
    warned = {s: graded.instructor_reads(s)[:2] for s in students if s != "a00z"}
    warned = {student: lines for student, lines in warned.items() if lines}
    assert not warned or graded.stock, f"{len(warned)} of {len(students)}: {warned}"
