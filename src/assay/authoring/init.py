"""New workspaces, and the CI files that check a workspace's lock."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from assay import __version__
from assay.errors import UsageError
from assay.workspace.paths import Workspace, resolved
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


def init(folder: Path, *, ci: bool = False) -> Workspace:
    """Write a starter workspace into a new or empty folder.

    ``ci`` adds the files of :func:`add_ci`. Raises ``UsageError`` if the folder is not empty.
    """
    root = resolved(folder)
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
    for path, file in _yaml_files(data / "starter"):
        contents[root / path] = _with_schema(file.read_bytes(), PROFILE_SCHEMA, path.count("/"))
    for name, schema in schema_files().items():
        contents[workspace.cache_dir / name] = schema
    if ci:
        contents |= _ci_files(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from None
    with transaction(root) as change:
        change.write(contents)
    return workspace


def add_ci(workspace: Workspace) -> tuple[Path, ...]:
    """Write the workflow file and the configuration of pre-commit, and return their paths.

    Raises ``UsageError`` if a different file exists in one of the places; nothing is written then.
    """
    contents = _ci_files(workspace.root)
    for path, data in contents.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == data):
            raise UsageError(
                f"a different {path.relative_to(workspace.root)} exists, so nothing was written; "
                "merge it by hand with the file shown in docs/how-to/use-in-ci.md"
            )
    with transaction(workspace.root) as change:
        change.write(contents)
    return tuple(contents)


def _ci_files(root: Path) -> dict[Path, bytes]:
    data = files("assay") / "data" / "ci"
    return {
        root / place: (data / name).read_bytes().replace(b"VERSION", __version__.encode())
        for name, place in _CI_FILES.items()
    }


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
