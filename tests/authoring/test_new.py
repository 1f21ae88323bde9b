from __future__ import annotations

from pathlib import Path

import pytest

from assay.authoring.new import new_claim, new_document
from tests.authoring.conftest import PROFILE, SOURCES, contents
from tests.package import InputError, Loaded, UsageError, Workspace, load_workspace


def test_a_profile_gets_a_file_of_its_own_that_names_its_schema(
    loaded: Loaded, workspace: Workspace
) -> None:
    written = new_document(
        loaded, "event", "Öffnung des Hafens", fields={"date": "2024-03", "topics": ["ports"]}
    )
    assert written.id == "offnung-des-hafens"
    assert written.file == "profiles/events/offnung-des-hafens.yaml"
    assert (workspace.root / written.file).read_text() == (
        "# yaml-language-server: $schema=../../.assay/profile.schema.json\n"
        "kind: event\n"
        "id: offnung-des-hafens\n"
        "name: Öffnung des Hafens\n"
        "date: 2024-03\n"
        "topics: [ports]\n"
    )
    assert not load_workspace(workspace).errors


def test_a_source_goes_into_the_file_that_holds_the_others(
    loaded: Loaded, workspace: Workspace
) -> None:
    written = new_document(loaded, "source", "A page: with a colon", fields={"cites": ["record-1"]})
    assert (workspace.root / written.file).read_text() == SOURCES + (
        "---\nkind: source\nid: a-page-with-a-colon\n"
        'title: "A page: with a colon"\ncites: [record-1]\n'
    )


def test_a_document_goes_into_the_file_that_is_named(loaded: Loaded, workspace: Workspace) -> None:
    into = Path("profiles/institutions/port.yaml")
    new_document(loaded, "institution", "Customs", into=into)
    assert (workspace.root / into).read_text() == (
        PROFILE + "---\nkind: institution\nid: customs\nname: Customs\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "Port"}, "taken, in profiles/institutions/port.yaml"),
        ({"name": "X", "id_": "../x"}, "invalid id"),
        ({"name": "港"}, "give one with --id"),
        ({"name": "X", "into": Path("/etc/x.yaml")}, "not below profiles/"),
        ({"name": "X", "into": Path("profiles/../rules.yaml")}, "not below profiles/"),
        ({"name": "X", "into": Path("profiles/x.txt")}, "does not end in .yaml"),
    ],
)
def test_what_cannot_be_written_is_said(
    loaded: Loaded, workspace: Workspace, arguments: dict, message: str
) -> None:
    before = contents(workspace)
    with pytest.raises(UsageError, match=message):
        new_document(loaded, "institution", **arguments)
    assert contents(workspace) == before


def test_a_document_with_mistakes_is_not_written(loaded: Loaded, workspace: Workspace) -> None:
    before = contents(workspace)
    with pytest.raises(InputError) as raised:
        new_document(loaded, "source", "T", fields={"url": "javascript:1", "cites": ["nope"]})
    found = [d.code for d in raised.value.diagnostics]
    assert found == ["unsafe-address", "dangling-reference"]
    assert contents(workspace) == before


def test_mistakes_elsewhere_do_not_stand_in_the_way(workspace: Workspace) -> None:
    (workspace.profiles_dir / "broken.yaml").write_text("kind: x\n")
    loaded = load_workspace(workspace)
    assert loaded.errors
    assert new_document(loaded, "publisher", "Gazette").id == "gazette"


def test_a_claim_goes_to_the_end_and_nothing_else_changes(
    loaded: Loaded, workspace: Workspace
) -> None:
    written = new_claim(
        loaded, "port", "It opened: in 1900.", sources=["article"], fields={"holds": "dated"}
    )
    assert written.id == "port#it-opened-in-1900"
    assert (workspace.root / written.file).read_text() == PROFILE + (
        "  - id: it-opened-in-1900\n"
        "    nature: fact\n"
        "    holds: dated\n"
        '    text: "It opened: in 1900."\n'
        "    sources: [article]\n"
    )


def test_a_claim_that_still_lacks_something_is_a_draft(
    loaded: Loaded, workspace: Workspace
) -> None:
    new_claim(loaded, "port", "It has cranes.")
    new_claim(load_workspace(workspace), "port", "It has cranes.", nature="judgement")
    after = load_workspace(workspace)
    assert not after.errors
    claims = {c.id: c for c in after.corpus.profiles["port"].claims}
    assert claims["it-has-cranes"].status == "draft"
    assert claims["it-has-cranes-2"].nature == "judgement"


def test_a_claim_needs_a_profile(loaded: Loaded) -> None:
    with pytest.raises(UsageError, match="did you mean 'port'"):
        new_claim(loaded, "prot", "x")
    with pytest.raises(UsageError, match="not a profile"):
        new_claim(loaded, "article", "x")
    with pytest.raises(UsageError, match="already has a claim 'quays'"):
        new_claim(loaded, "port", "x", id_="quays")


def test_a_claim_cannot_cite_what_is_not_there(loaded: Loaded, workspace: Workspace) -> None:
    before = contents(workspace)
    with pytest.raises(InputError):
        new_claim(loaded, "port", "x", sources=["nowhere"])
    assert contents(workspace) == before


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ 7*7 }}", "a\nb: c", "x # y", "- *a"]
)
def test_a_name_is_data(loaded: Loaded, workspace: Workspace, name: str) -> None:
    new_document(loaded, "institution", name, id_="odd")
    assert load_workspace(workspace).corpus.profiles["odd"].name == " ".join(name.split())
