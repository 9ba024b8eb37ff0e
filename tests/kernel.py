"""Cells run in a new kernel, as JupyterLab would start it."""

import os

import nbformat
from nbclient import NotebookClient


def run_cells(folder, *sources, **environment):
    """Run cells in a new kernel in `folder`, also after errors; return the outputs of each."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    client = NotebookClient(
        notebook,
        allow_errors=True,
        timeout=60,
        kernel_name="python3",
        extra_arguments=["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=os.environ | environment)
    return [cell.outputs for cell in notebook.cells]
