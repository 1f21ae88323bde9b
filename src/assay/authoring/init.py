"""The workflow and the hook that hold a workspace's repository to its lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from assay import __version__
from assay.errors import UsageError
from assay.workspace.paths import Workspace
from assay.workspace.schemas import PROFILE_SCHEMA, RULES_SCHEMA, schema_files
from assay.workspace.transactions import write_files

_WRITTEN = {
    "grades.yml": ".github/workflows/grades.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
}


def ci_files(root: Path) -> Mapping[Path, bytes]:
    """The workflow file and the configuration of pre-commit, by their places below ``root``."""
    data = files("assay") / "data" / "ci"
    return {
        root / place: (data / name).read_bytes().replace(b"VERSION", __version__.encode())
        for name, place in _WRITTEN.items()
    }


def add_ci(workspace: Workspace) -> tuple[Path, ...]:
    """Write both into a workspace that is there; their places.

    Raises ``UsageError`` where either is there already and says something else: nothing is
    written then.
    """
    contents = ci_files(workspace.root)
    for path, data in contents.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            name = path.relative_to(workspace.root)
            raise UsageError(
                f"{name} is there already and says something else; nothing was written. "
                "docs/how-to/use-in-ci.md has what it would be"
            )
    write_files(contents)
    return tuple(contents)


_GITIGNORE = b"# Both are made again by assay whenever they are wanted.\n.assay/\nsite/\n"
_GITATTRIBUTES = (
    b"# Lines are only added to these: two branches are joined by keeping the lines of both.\n"
    b"reviews.jsonl merge=union\n"
    b"history.jsonl merge=union\n"
)
_MODELINE = "# yaml-language-server: $schema="


def init(folder: Path, *, ci: bool = False) -> Workspace:
    """Write a starter workspace into ``folder``, which is made if need be.

    ``ci`` adds a workflow and a hook (:func:`add_ci`). Raises ``UsageError`` if the folder is not
    empty.
    """
    root = folder.resolve()
    if root.exists() and not root.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    try:
        occupied = root.is_dir() and any(root.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None
    if occupied:
        raise UsageError(f"{folder} is not empty; name a new folder or an empty one")
    workspace = Workspace(root)
    data = files("assay") / "data"
    contents = {
        workspace.rules_path: _with_schema((data / "rules.yaml").read_bytes(), RULES_SCHEMA, 0),
        root / "rules.test.yaml": (data / "rules.test.yaml").read_bytes(),
        root / ".gitignore": _GITIGNORE,
        root / ".gitattributes": _GITATTRIBUTES,
    }
    for path, file in _walk(data / "starter"):
        contents[root / path] = _with_schema(file.read_bytes(), PROFILE_SCHEMA, path.count("/"))
    for name, schema in schema_files().items():
        contents[workspace.cache_dir / name] = schema
    if ci:
        contents |= ci_files(root)
    write_files(contents)
    return workspace


def _with_schema(data: bytes, schema: str, depth: int) -> bytes:
    """The file with its first line naming the schema in the workspace's cache."""
    lines = data.decode("utf-8").splitlines(keepends=True)
    if lines and lines[0].startswith(_MODELINE):
        lines.pop(0)
    return (f"{_MODELINE}{'../' * depth}.assay/{schema}\n" + "".join(lines)).encode("utf-8")


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry
