"""The overview and the download, clicked: links lead to lessons, and the browser gets the archive."""

import zipfile
from collections.abc import Iterator

import pytest
from browser_tab import Tab

pytestmark = pytest.mark.xdist_group("browser")
NOTEBOOK = "1_chain_rule/overview.ipynb"
CELLS = [
    "import byhand\ncheck = byhand.checks('chain_rule')",
    "def two_weights(x1, x2, k):\n    return k * x1, k * x2",
    "check('two_weights')",
    "byhand.progress()",
    "byhand.download_my_work()",
]

MAKE = """async ([path, sources]) => {
    const cell = source => (
        {cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null});
    const content = {
        cells: sources.map(cell), metadata: {kernelspec: {name: 'python3', display_name: 'Python 3'}},
        nbformat: 4, nbformat_minor: 4};
    await jupyterapp.serviceManager.contents.save(
        path, {type: 'notebook', format: 'json', content});
}"""


@pytest.fixture(scope="module")
def overview(tab: Tab) -> Iterator[Tab]:
    """A learner's tab, with a notebook open in which a check was passed and all is shown."""
    tab.do(MAKE, [NOTEBOOK, CELLS])
    tab.open(NOTEBOOK)
    tab.run_all_cells()
    yield tab
    tab.save_and_close()


def test_a_result_and_the_overview_are_announced_to_a_screen_reader(overview: Tab) -> None:
    announced = overview.page.locator(".jp-Notebook [role=status]").all_text_contents()
    assert [text.split("\n")[0][:13] for text in announced] == [
        "✓ two_weights",
        "Your progress",
        "Download my-w",
    ]


def test_the_link_downloads_the_learners_work(overview: Tab) -> None:
    with overview.page.expect_download() as download:
        overview.page.click("text=Download my-work.zip")

    assert download.value.suggested_filename == "my-work.zip"
    with zipfile.ZipFile(download.value.path()) as packed:
        assert {f"my-work/{NOTEBOOK}", "my-work/2_descent/descent.ipynb"} <= set(packed.namelist())
        assert CELLS[1].split("\n")[0] in packed.read(f"my-work/{NOTEBOOK}").decode()
    assert overview.page.locator(".jp-Dialog").count() == 0, "JupyterLab tried to open it as well"


def test_the_overview_leads_to_a_lesson(overview: Tab) -> None:
    overview.page.click(".jp-Notebook a:has-text('Unit 2')")
    overview.page.wait_for_function(
        "jupyterapp.shell.currentWidget?.context?.path === '2_descent/descent.ipynb'"
    )
    overview.open("2_descent/descent.ipynb")  # wait until it can be closed
    overview.save_and_close()
    overview.open(NOTEBOOK)
