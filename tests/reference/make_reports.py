"""Write the pages of synthetic runs: ``report_golden/``.

PYTHONPATH=..:../.. python make_reports.py
"""

import tempfile
from pathlib import Path

from helpers import reports


def main():
    """Write the pages of all runs."""
    for name in reports.RUNS:
        with tempfile.TemporaryDirectory() as folder:
            for file, text in reports.pages(name, Path(folder)).items():
                path = Path(__file__).with_name("report_golden") / file
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
