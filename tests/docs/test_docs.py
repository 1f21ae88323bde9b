"""The documents say what the program does, name everything it has, and lead nowhere wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.package import CODES, COMMANDS, FUNCTIONS, SPACES, UsageError, assay
from tools.docs.documents import DOCUMENTS, RULES
from tools.docs.examples import values
from tools.docs.outputs import CONTRACTS
from tools.docs.pages import REFERENCE, out_of_date
from tools.docs.rulebook import default_rulebook
from tools.docs.transcript import refreshed

ROOT = Path(__file__).parents[2]
WRITTEN = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
SHELL = re.compile(r"^```(?:sh|console)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def reference(name: str) -> str:
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def test_pages_on_disk_are_what_the_program_says() -> None:
    check = [sys.executable, "-m", "tools.docs", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_page_that_differs_or_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_bytes(b"old")
    stale = out_of_date(tmp_path, {"one.md": b"new", "two.md": b""})
    assert stale == ["one.md", "two.md"]


@pytest.mark.parametrize("name", REFERENCE)
def test_every_reference_page_is_linked_from_the_readme(name: str) -> None:
    assert f"docs/reference/{name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, name: str = "assay") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for inner in group.list_commands(context):
        command = group.get_command(context, inner)
        assert command is not None
        yield f"{name} {inner}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {inner}")


@pytest.mark.parametrize("name", [name for name, _ in commands(assay)])
def test_every_command_has_its_help_in_the_reference(name: str) -> None:
    assert re.search(rf"^##+ {name}$", reference("commands.md"), re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, command in commands(assay)
        if any("--format" in option.opts for option in command.params)
    ],
)
def test_every_command_with_json_has_its_fields_described(name: str) -> None:
    assert any(c.title.startswith(" ".join(name.split()[:2])) for c in CONTRACTS)


@pytest.mark.parametrize("code", CODES)
def test_every_diagnostic_has_a_section(code: str) -> None:
    assert f"\n### `{code}`\n" in reference("diagnostics.md")


@pytest.mark.parametrize("name", [f.name for f in FUNCTIONS])
def test_every_function_is_described(name: str) -> None:
    assert f"{name}(" in reference("rule-language.md")


def test_every_field_of_every_row_is_described() -> None:
    page = reference("rule-language.md")
    wanted = {
        f"`{owner}.{field.name}`"
        for space in SPACES.values()
        for owner, fields in {_owner(space.name): space.fields, **space.parts}.items()
        for field in fields
    }
    assert {name for name in wanted if name not in page} == set()


def _owner(space: str) -> str:
    subjects = ("citation", "corroboration", "factor", "claim", "profile")
    return space if space in subjects else "it"


@pytest.mark.parametrize(
    "collection", sorted({c.name for s in SPACES.values() for c in s.collections})
)
def test_every_collection_a_rule_can_name_is_described(collection: str) -> None:
    assert collection == "roots" or f"- `{collection}`, " in reference("rule-language.md")


@pytest.mark.parametrize("model", [m for _, m in (*DOCUMENTS, *RULES)])
def test_every_key_of_every_document_is_described(model: type) -> None:
    page = reference("documents.md")
    fields = model.model_fields  # type: ignore[attr-defined]  # a pydantic model
    names = [field.alias or name for name, field in fields.items()]
    assert [n for n in names if f"`{n}`" not in page] == []


def test_every_rule_of_the_default_rulebook_is_listed() -> None:
    page = reference("rulebook.md")
    book = default_rulebook()
    ids = [rule.id for scorer in book.scorers for rule in scorer.rules]
    assert [i for i in (*ids, *(w.id for w in book.watch)) if f"`{i}`" not in page] == []


def test_names_in_the_glossary_occur_in_the_reference() -> None:
    rows = [line.split(" | ") for line in reference("glossary.md").splitlines() if "|" in line]
    names = {
        name
        for row in rows
        for code in re.findall(r"`([^`]+)`", row[-1])
        for name in code.split(": ")
    }
    pages = "".join(map(reference, REFERENCE))
    missing = [n for n in names if not re.search(rf"(?<![\w-]){re.escape(n)}(?![\w-])", pages)]
    assert len(names) > 100
    assert missing == []


def test_an_example_that_the_rule_language_refuses_stops_the_page() -> None:
    with pytest.raises(UsageError, match="no field 'colour'"):
        values({"claim": ["claim.colour"]})


# Pages that show the program at work ---------------------------------------------------------


def test_output_in_a_page_is_replaced_by_what_is_printed_now() -> None:
    page = "<!-- workspace: starter -->\n```console\n$ assay check\nall is well\n```\nText.\n"
    assert refreshed(page, ROOT, "page").endswith(
        "$ assay check\n0 errors, 0 warnings, 0 infos\n```\nText.\n"
    )


def test_a_command_that_fails_unannounced_stops_the_page() -> None:
    page = "<!-- workspace: empty -->\n```console\n$ assay check\n```\n"
    with pytest.raises(UsageError, match="is not in a workspace"):
        refreshed(page, ROOT, "page")


def test_an_edit_that_does_not_fit_stops_the_page() -> None:
    page = (
        "<!-- workspace: starter -->\n<!-- edit: rules.yaml -->\n```diff\n-nothing like it\n```\n"
    )
    with pytest.raises(UsageError, match="0 places"):
        refreshed(page, ROOT, "page")


def test_only_assay_and_a_few_words_of_the_shell_are_run() -> None:
    page = "<!-- workspace: empty -->\n```console\n$ rm -r /\n```\n"
    with pytest.raises(UsageError, match="not a command a page can show"):
        refreshed(page, ROOT, "page")


# Links and commands --------------------------------------------------------------------------


def links() -> list[tuple[str, str]]:
    return [
        (page.relative_to(ROOT).as_posix(), target)
        for page in WRITTEN
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target
    ]


@pytest.mark.parametrize(("page", "target"), links())
def test_links_and_images_lead_somewhere(page: str, target: str) -> None:
    name, _, heading = target.partition("#")
    file = (ROOT / page).parent / name if name else ROOT / page
    assert file.is_file()
    if heading:
        assert heading in anchors(file.read_text(encoding="utf-8"))


def anchors(page: str) -> set[str]:
    """The headings of a page as its readers link to them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def shell_lines() -> list[str]:
    return [
        line.removeprefix("$ ").strip()
        for page in WRITTEN
        for block in SHELL.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if re.match(r"(\$ )?(make|assay) ", line)
    ]


@pytest.mark.parametrize("line", shell_lines())
def test_commands_in_the_documents_exist(line: str) -> None:
    words = line.split()
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    else:
        assert any(word in COMMANDS for word in words[1:4])


def test_the_readme_opens_with_the_two_commands() -> None:
    assert [line.split("#")[0].split() for line in shell_lines()[:2]] == [
        ["make", "briefings"],
        ["make", "check"],
    ]


def test_python_in_the_documents_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = [b for page in WRITTEN for b in PYTHON.findall(page.read_text(encoding="utf-8"))]
    assert blocks
    monkeypatch.chdir(ROOT)
    for block in blocks:
        exec(compile(block, "<documents>", "exec"), {})
    assert "china-700-filings 0." in capsys.readouterr().out
