"""``python -m tools.docs [--check | --write]``, run in the root of the project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assay.errors import UsageError
from tools.docs.pages import out_of_date, pages, write


def main(arguments: list[str] | None = None) -> int:
    """Write or check the pages; return 1 if one is out of date, 64 if one cannot be generated."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="list the pages that are out of date")
    mode.add_argument("--write", action="store_true", help="write them (default)")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    if not (root / "pyproject.toml").is_file():
        sys.stderr.write("error: run it in the root of the project\n")
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
        state = "out of date; run 'make docs'" if options.check else "written"
        sys.stdout.write(f"{name}: {state}\n")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
