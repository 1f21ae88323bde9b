"""New workspaces, and the CI files that check a workspace's lock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from assay.errors import UsageError
from assay.workspace.paths import Workspace, real_path
from assay.workspace.schemas import PROFILE_SCHEMA, RULES_SCHEMA, schema_files
from assay.workspace.transactions import recover, transaction

_CI_FILES = {
    "grades.yml": ".github/workflows/grades.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
}
_GITIGNORE = b"# Both are rebuilt by assay.\n.assay/\nsite/\n"
_GITATTRIBUTES = (
    b"# Lines are only ever added to these files: a merge keeps the lines of both branches.\n"
    b"reviews.jsonl merge=union\n"
    b"history.jsonl merge=union\n"
)
_MODELINE = "# yaml-language-server: $schema="


def init(folder: Path, *, install_from: str | None = None, empty: bool = False) -> Workspace:
    """Write a starter workspace into a new or empty folder.

    ``install_from`` adds the files of :func:`add_ci`, and ``empty`` leaves out the example. Raises
    ``UsageError`` if the folder is not empty.
    """
    root = real_path(folder)
    recover(root)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    try:
        occupied = root.is_dir() and any(p.name != ".assay" for p in root.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None
    if occupied:
        raise UsageError(f"{folder} is not empty; name a new or an empty folder")
    workspace = Workspace(root)
    data = files("assay") / "data"
    contents = {
        workspace.rules_path: _with_schema((data / "rules.yaml").read_bytes(), RULES_SCHEMA, 0),
        root / "rules.test.yaml": (data / "rules.test.yaml").read_bytes(),
        root / ".gitignore": _GITIGNORE,
        root / ".gitattributes": _GITATTRIBUTES,
    }
    if empty:
        contents[workspace.profiles_dir / ".gitkeep"] = b""  # git keeps no empty folder
    for path, file in () if empty else _yaml_files(data / "starter"):
        contents[root / path] = _with_schema(file.read_bytes(), PROFILE_SCHEMA, path.count("/"))
    for name, schema in schema_files().items():
        contents[workspace.cache_dir / name] = schema
    if install_from is not None:
        contents |= _ci_files(root, install_from)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from None
    with transaction(root) as change:
        change.write(contents)
    return workspace


def add_ci(workspace: Workspace, install_from: str) -> tuple[Path, ...]:
    """Write the workflow file and the configuration of pre-commit, and return their paths.

    ``install_from`` is the address that the workflow installs assay from. Raises ``UsageError``
    if it is none, or if a different file exists in one of the places; nothing is written then.
    """
    contents = _ci_files(workspace.root, install_from)
    for path, data in contents.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            raise UsageError(
                f"a different {path.relative_to(workspace.root)} exists, so nothing was written; "
                "merge it by hand with the file shown in docs/how-to/use-in-ci.md"
            )
    with transaction(workspace.root) as change:
        change.write(contents)
    return tuple(contents)


def _ci_files(root: Path, install_from: str) -> dict[Path, bytes]:
    data = files("assay") / "data" / "ci"
    address = json.dumps(_checked_address(install_from)).encode()
    return {
        root / place: (data / name).read_bytes().replace(b"ADDRESS", address)
        for name, place in _CI_FILES.items()
    }


def _checked_address(text: str) -> str:
    """Return the address; raises ``UsageError`` for a bare name, and for what a shell may expand.

    A name would be looked up in a package index, where anybody may have published it.
    """
    address = text.strip()
    if not re.fullmatch(r"[!#%&+,./0-9:=?@A-Z_a-z~-]+", address) or address.startswith("-"):
        raise UsageError(f"invalid address {text!r}; use {_ADDRESSES}")
    if "://" not in address and not address.startswith(("./", "../", "/")):
        raise UsageError(f"{text!r} is a name, not an address; use {_ADDRESSES}")
    return address


_ADDRESSES = (
    "the URL of a wheel, a repository such as git+https://git.example.org/assay@v1, "
    "or a path that starts with ./"
)


def _with_schema(data: bytes, schema: str, depth: int) -> bytes:
    """Return a file whose first line names the schema in the workspace's cache."""
    lines = data.decode("utf-8").splitlines(keepends=True)
    if lines and lines[0].startswith(_MODELINE):
        lines.pop(0)
    return (f"{_MODELINE}{'../' * depth}.assay/{schema}\n" + "".join(lines)).encode("utf-8")


def _yaml_files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _yaml_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry
