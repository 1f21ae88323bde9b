"""The generated pages and schemas, and the comparison with those on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from assay.workspace.schemas import encoded, schema_files
from tools.docs.diagnostics import diagnostics_page
from tools.docs.documents import documents_page
from tools.docs.language import language_page
from tools.docs.listings import commands_page, sheets_page, spark_page
from tools.docs.outputs import OUTPUT_SCHEMA, json_page, output_schema
from tools.docs.readings import readings_page
from tools.docs.rulebook import rulebook_page
from tools.docs.transcript import is_transcript, refreshed

GENERATED = "<!-- Made by `make docs`; what is changed here by hand is lost. -->\n\n"

REFERENCE: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "diagnostics.md": diagnostics_page,
    "documents.md": documents_page,
    "json.md": json_page,
    "readings.md": readings_page,
    "rule-language.md": language_page,
    "rulebook.md": rulebook_page,
    "sheets.md": sheets_page,
    "spark.md": spark_page,
}


def pages(root: Path) -> dict[str, bytes]:
    """Generate every page and schema, by its path below ``root``.

    Raises ``UsageError`` if a page shows a command that fails.
    """
    made = {f"docs/reference/{name}": GENERATED + page() for name, page in REFERENCE.items()}
    for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        name = path.relative_to(root).as_posix()
        if name not in made and path.is_file():
            text = path.read_text(encoding="utf-8")
            if is_transcript(text):
                made[name] = refreshed(text, root, name)
    schemas = schema_files() | {OUTPUT_SCHEMA: encoded(output_schema())}
    return {name: text.encode("utf-8") for name, text in made.items()} | {
        f"schemas/{name}": content for name, content in schemas.items()
    }


def out_of_date(root: Path, made: Mapping[str, bytes]) -> list[str]:
    """Names of the pages that are missing on disk or differ."""
    return [
        name
        for name, content in made.items()
        if not (root / name).is_file() or (root / name).read_bytes() != content
    ]


def write(root: Path, made: Mapping[str, bytes]) -> None:
    """Write the pages below ``root``."""
    for name, content in made.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
