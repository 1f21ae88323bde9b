from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from assay.workspace.load import require
from tests.package import InputError, UsageError, Workspace, load_workspace
from tests.workspace.conftest import RULES, MakeWorkspace

SOURCE = "kind: source\nid: {id}\ntitle: T\n"


def messages(workspace: Workspace) -> list[str]:
    return [f"{d.file}: {d.message}" for d in load_workspace(workspace).errors]


def test_documents_are_found_in_every_folder_but_hidden_ones(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(
        {
            "a.yaml": SOURCE.format(id="a"),
            "deep/er/b.yml": SOURCE.format(id="b"),
            "two.yaml": SOURCE.format(id="c") + "---\n" + SOURCE.format(id="d"),
            ".hidden.yaml": "not: read",
            ".git/x.yaml": "not: read",
            "notes.txt": "not read",
        }
    )
    loaded = load_workspace(workspace)
    assert list(loaded.corpus.sources) == ["a", "b", "c", "d"]
    assert not loaded.errors
    require(loaded)


def test_the_order_of_files_and_documents_makes_no_difference(
    make_workspace: MakeWorkspace,
) -> None:
    forward = load_workspace(
        make_workspace({"a.yaml": SOURCE.format(id="x"), "b.yaml": SOURCE.format(id="y")})
    )
    backward = load_workspace(
        make_workspace({"a.yaml": SOURCE.format(id="y"), "b.yaml": SOURCE.format(id="x")})
    )
    assert forward.corpus == backward.corpus
    assert list(forward.corpus.sources) == list(backward.corpus.sources)


def test_links_out_of_the_workspace_are_refused(
    make_workspace: MakeWorkspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.yaml").write_text(SOURCE.format(id="x"))
    workspace = make_workspace({"a.yaml": SOURCE.format(id="a")})
    profiles = workspace.profiles_dir
    (profiles / "file.yaml").symlink_to(outside / "x.yaml")
    (profiles / "folder").symlink_to(outside)
    (profiles / "nowhere.yaml").symlink_to(profiles / "missing.yaml")
    (profiles / "around").symlink_to(profiles)
    (profiles / "loop.yaml").symlink_to(profiles / "loop.yaml")
    os.mkfifo(profiles / "pipe.yaml")
    assert messages(workspace) == [
        "profiles/around: cannot read the file: links to folders are not followed",
        "profiles/file.yaml: the link leads out of the workspace",
        "profiles/folder: the link leads out of the workspace",
        "profiles/loop.yaml: cannot read the file: Too many levels of symbolic links",
        "profiles/nowhere.yaml: cannot read the file: No such file or directory",
        "profiles/pipe.yaml: cannot read the file: it is not a regular file",
    ]


def test_a_link_inside_the_workspace_is_followed(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({})
    (workspace.root / "shared.yaml").write_text(SOURCE.format(id="shared"))
    (workspace.profiles_dir / "link.yaml").symlink_to(workspace.root / "shared.yaml")
    assert list(load_workspace(workspace).corpus.sources) == ["shared"]


def test_a_name_that_is_no_text_is_shown_escaped(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({})
    (workspace.profiles_dir / os.fsdecode(b"bad\xff.yaml")).write_text("kind: x\n")
    assert messages(workspace) == ["profiles/bad\\udcff.yaml: unknown kind 'x'"]


def test_references_into_a_file_that_cannot_be_read_are_not_reported_on_top(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace(
        {
            "a.yaml": SOURCE.format(id="a") + "note: x: y\n",
            "b.yaml": SOURCE.format(id="b") + "cites: [a]\n",
        }
    )
    assert len(messages(workspace)) == 1


def test_mistakes_of_all_files_are_reported_at_once(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({"a.yaml": "kind: x\n", "b.yaml": "\0"}, rules="scorers: 3\n")
    loaded = load_workspace(workspace)
    assert [d.file for d in loaded.errors] == ["profiles/a.yaml", "profiles/b.yaml", "rules.yaml"]
    with pytest.raises(InputError, match="3 errors in the input") as raised:
        require(loaded)
    assert raised.value.diagnostics == loaded.diagnostics


def test_the_date_of_the_call_goes_before_that_of_the_rulebook(
    make_workspace: MakeWorkspace,
) -> None:
    workspace = make_workspace({"a.yaml": SOURCE.format(id="a") + "published: 2026-02\n"})
    assert [d.code for d in load_workspace(workspace).diagnostics] == ["source-after-as-of"]
    later = load_workspace(workspace, as_of=date(2026, 2, 1))
    assert later.diagnostics == ()


def test_an_edit_can_be_loaded_before_it_is_made(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({"a.yaml": SOURCE.format(id="a")})
    path = workspace.profiles_dir / "new" / "b.yaml"
    loaded = load_workspace(workspace, contents={path: SOURCE.format(id="b").encode()})
    assert list(loaded.corpus.sources) == ["a", "b"]
    assert not path.exists()


def test_values_and_conditions_are_located(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({"a.yaml": "# first\n" + SOURCE.format(id="a") + "cites: [x,  y]\n"})
    loaded = load_workspace(workspace)
    found = loaded.locate("a", ("cites", 1))
    assert (found.file, found.line, found.column) == ("profiles/a.yaml", 5, 13)
    assert found.excerpt == "cites: [x,  y]"
    assert loaded.locate("a", ("cites", 1), key=True).column == 13
    assert loaded.locate("a", ("cites",), key=True).column == 1
    rule = ("scorers", 0, "rules", 0, "when")
    start = loaded.locate_rule(rule)
    inside = loaded.locate_rule(rule, offset=23)
    assert (start.file, start.line, start.column) == ("rules.yaml", 8, 28)
    assert RULES.splitlines()[inside.line - 1][inside.column - 1 :].startswith('"record"')


def test_a_workspace_is_found_from_a_folder_inside(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({"deep/a.yaml": SOURCE.format(id="a")})
    assert Workspace.find(workspace.profiles_dir / "deep") == workspace


@pytest.mark.parametrize("folder", [".", "missing"])
def test_where_there_is_no_workspace_the_message_says_what_to_do(
    tmp_path: Path, folder: str
) -> None:
    with pytest.raises(UsageError, match=r"assay init|folder .* not found"):
        Workspace.find(tmp_path / folder)
