"""Settings of nbgrader for this course. Add your own at the end: later lines win."""

import os
import shutil
import sysconfig
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader defines it)
here = Path(__file__).resolve().parent

# source/ → notebooks/ (for students) and solutions/; the gradebook is gradebook.db beside this file
c.CourseDirectory.root = str(here)
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.solution_directory = "solutions"

# the text sources hold the solutions: they never go with a release
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "*.md",
    "not_copied-*",  # links and too large files in a submission
]

# notebooks/ is part of the repository; without this nbgrader finds it there, makes nothing,
# and leaves the gradebook empty
c.GenerateAssignment.force = True
c.GenerateSolution.force = True

# what nbgrader writes is the same on every machine
c.GenerateAssignment.preprocessors.append("byhand.build.NormalizeMetadata")
c.GenerateSolution.preprocessors.insert(-1, "nbgrader.preprocessors.ClearHiddenTests")
c.GenerateSolution.preprocessors.insert(-1, "byhand.build.RemoveSolutionMarkers")
c.GenerateSolution.preprocessors.append("byhand.build.NormalizeMetadata")
c.Execute.store_widget_state = False

# what students hand in is read with care and repaired; their code runs in a sandbox and is
# judged from outside: see docs/trust.md
c.Autograde.exporter_class = "byhand.grading.reading.SubmissionExporter"
c.Autograde.pre_convert_hook = "byhand.grading.reading.remove_special_files"
c.Autograde.sanitize_preprocessors = [
    "byhand.grading.repair.RepairNotebook",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "byhand.grading.preprocessors.RestoreCells",  # nbgrader's OverwriteCells, faster
]
c.Autograde.autograde_preprocessors = [
    "byhand.grading.preprocessors.GradeInSandbox",  # in the place of nbgrader's Execute
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "byhand.grading.preprocessors.SaveGrades",
    "byhand.grading.preprocessors.SaveNotes",
    "nbgrader.preprocessors.AssignLatePenalties",
]

# what students wrote stays text in their feedback: no scripts, no event handlers
c.GenerateFeedback.preprocessors.append("byhand.grading.feedback.PassiveFeedback")

# nbgrader starts `alembic` by name: find it also where the environment is not activated
if not shutil.which("alembic"):
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])

# source/*/*.md → the .ipynb beside it, where the text has changed
try:
    from byhand.sync import sync_on_load
except ImportError:  # not installed here: nothing to make
    pass
else:
    sync_on_load(here)
