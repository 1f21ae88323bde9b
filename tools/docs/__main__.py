"""``python -m tools.docs [--check | --write]``, called from the root of the project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assay.errors import UsageError
from tools.docs.pages import out_of_date, pages, write


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or check them: 1 where one is out of date, 64 where one cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="say which pages are out of date")
    mode.add_argument("--write", action="store_true", help="write them (so also without options)")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    if not (root / "pyproject.toml").is_file():
        sys.stderr.write("error: call it from the root of the project\n")
        return 64
    try:
        made = pages(root)
    except UsageError as error:
        sys.stderr.write(f"error: {error}\n")
        return 64
    stale = out_of_date(root, made)
    if not options.check:
        write(root, {name: made[name] for name in stale})
    for name in stale:
        said = "is out of date; 'make docs' writes it anew" if options.check else "written"
        sys.stdout.write(f"{name}: {said}\n")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
