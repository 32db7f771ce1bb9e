"""The tutorial's blocks run as they stand, in order, and print what it says.

After a change: python -m tests.studies.test_tutorial writes what they print into the page.
"""

import contextlib
import io
import re
import shutil

from tests.helpers import ROOT

PAGE = ROOT / "docs" / "studies" / "tutorial.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)


def printed(folder):
    """[(what a block printed, what the page says it does)] in a folder that holds the example."""
    shutil.copytree(ROOT / "instances" / "tiny", folder / "instances" / "tiny")
    names, found = {}, []
    for code, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.chdir(folder):
            exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 (the page is ours)
        found.append((out.getvalue(), text))
    return found


def test_the_tutorial_does_what_it_says(tmp_path):
    blocks = printed(tmp_path)
    assert len(blocks) >= 7
    for got, said in blocks:
        assert got == said


if __name__ == "__main__":
    import tempfile
    from pathlib import Path
    with tempfile.TemporaryDirectory() as made:
        outputs = iter([got for got, _ in printed(Path(made))])
    PAGE.write_text(BLOCK.sub(lambda block: f"```python\n{block[1]}```\n```text\n{next(outputs)}```\n",
                              PAGE.read_text(encoding="utf-8")), encoding="utf-8")
