"""What ``assay --help`` costs, against a bare ``import click``: whole processes, interleaved.

Run with ``python benchmarks/startup.py``; the aim is a ratio of at most 2.
"""

from __future__ import annotations

import subprocess
import sys
import time

_ROUNDS = 15
_COMMANDS = {
    "import click": [sys.executable, "-c", "import click"],
    "assay --help": [sys.executable, "-m", "assay", "--help"],
}


def main() -> None:
    """Print the fastest of several runs of each, and their ratio."""
    best = dict.fromkeys(_COMMANDS, float("inf"))
    for _ in range(_ROUNDS):
        for name, command in _COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            best[name] = min(best[name], time.perf_counter() - start)
    for name, seconds in best.items():
        print(f"{name}: {seconds * 1000:.0f} ms")
    print(f"ratio: {best['assay --help'] / best['import click']:.2f}")


if __name__ == "__main__":
    main()
