"""The package, the layers in pyproject.toml and the tree in docs/design.md agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "assay"


def modules_in_layers() -> list[list[str]]:
    """The modules of each layer, highest first, as import-linter enforces them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    return [re.findall(r"\w+", layer) for layer in layers]


def modules_in_design() -> list[str]:
    """The first word of each line of the tree, from top to bottom."""
    text = (ROOT / "docs" / "design.md").read_text()
    blocks = re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL)
    tree = next(b for b in blocks if b.startswith("cli "))
    return [line.split()[0] for line in tree.splitlines()]


def test_the_tree_shows_every_module_of_the_package_once() -> None:
    found = {p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    shown = modules_in_design()
    assert sorted(shown) == sorted(found - {"__init__", "__main__"})


def test_the_tree_is_in_the_order_of_the_layers() -> None:
    level = {m: i for i, layer in enumerate(modules_in_layers()) for m in layer}
    shown = modules_in_design()
    assert [level[m] for m in shown] == sorted(level[m] for m in shown)
    assert level.keys() - set(shown) == {"__main__"}
