"""Ids changed, documents merged and removed: what the files say afterwards."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from assay.authoring.new import new_claim, new_document
from tests.package import UsageError, Workspace, load_workspace, merge, remove, rename, run

_RULES = """\
version: 1
include: [rules/strength.yaml]
scorers:
  - name: trust
    on: claim
    rules:
      - {id: record, add: 0.1, because: a start}
"""
_STRENGTH = """\
scorers:
  - name: strength
    on: citation
    rules:
      - id: record   # our own number
        when: 'citation.directness == "record"'
        add: 0.85
        because: a record
      - {id: newer, add: 0.1, because: newer, replaces: older}
"""
_CASES = """\
cases:
  - name: a record
    given:
      sources: [{id: act, directness: record}]
      claims: [{sources: [act]}]
    expect:
      claims: {c1: {trust: {fired: [record]}}}
      citations: {c1@act: {strength: {fired: [record]}}}
"""
_PORT = """\
# The port, as far as we know it.
kind: institution
id: port
name: The Port
region: Europe
basis: {region: [quays]}
depends_on:
  - {on: ministry, relation: part_of, claims: [quays]}   # since 1990
claims:
  - id: quays
    nature: fact
    text: It has four quays.
    key: true
    holds: dated
    sources: [record-1, {id: record-2, locator: para 4}]  # both
  - {id: crowded, nature: judgement, text: It is crowded., rests_on: [quays, ministry#levies]}
watch:
  - {text: The next budget., due: 2026-03, claims: [ministry#levies]}
"""
_CROWDED = next(line for line in _PORT.splitlines() if "crowded" in line)
_MINISTRY = """\
kind: institution
id: ministry
name: The Ministry
topics: [trade]
claims:
  - {id: levies, nature: fact, text: It levies 2 taxes., holds: dated, sources: [record-2]}
  - {id: quays, nature: fact, text: The port has 4 quays., holds: dated, sources: [record-1]}
  - {id: both, nature: judgement, text: It owns 4 quays., rests_on: [quays, port#quays]}
factors: []
gaps: [Its budget.]
"""
_SOURCES = """\
kind: publisher
id: gazette
name: The Gazette
speaks_for: [ministry]
speaks_for_reason: It is the gazette of the ministry.
---
# The first one.
kind: source
id: record-1
title: The first record
publisher: gazette
---
kind: source
id: record-2
title: The second record
publisher: gazette
url: https://gazette.example/2
cites: [record-1]
"""


@pytest.fixture
def desk(tmp_path: Path) -> Workspace:
    files = {
        "rules.yaml": _RULES,
        "rules/strength.yaml": _STRENGTH,
        "rules.test.yaml": _CASES,
        "profiles/port.yaml": _PORT,
        "profiles/bodies.yaml": _MINISTRY,
        "profiles/sources.yaml": _SOURCES,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Workspace(tmp_path)


def lines(desk: Workspace, name: str) -> list[str]:
    return (desk.root / name).read_text(encoding="utf-8").splitlines()


def changed(desk: Workspace, name: str, old: str) -> list[str]:
    before = old.splitlines()
    return [line for line in lines(desk, name) if line not in before]


def test_a_renamed_profile_takes_its_file_and_every_reference_along(desk: Workspace) -> None:
    rename(load_workspace(desk), "ministry", "treasury").carry_out()
    assert changed(desk, "profiles/port.yaml", _PORT) == [
        "  - {on: treasury, relation: part_of, claims: [quays]}   # since 1990",
        _CROWDED.replace("ministry#levies", "treasury#levies"),
        "  - {text: The next budget., due: 2026-03, claims: [treasury#levies]}",
    ]
    assert lines(desk, "profiles/bodies.yaml")[1:3] == ["id: treasury", "formerly: [ministry]"]
    assert changed(desk, "profiles/sources.yaml", _SOURCES) == ["speaks_for: [treasury]"]

    rename(load_workspace(desk), "port", "harbour").carry_out()
    assert not (desk.root / "profiles/port.yaml").exists()
    assert lines(desk, "profiles/harbour.yaml")[0] == _PORT.splitlines()[0]
    assert "harbour#quays" in lines(desk, "profiles/bodies.yaml")[8]
    assert not load_workspace(desk).errors


def test_a_profile_that_gets_an_earlier_id_back_keeps_the_order_of_its_ids(desk: Workspace) -> None:
    for old, new in (("ministry", "treasury"), ("treasury", "office"), ("office", "ministry")):
        rename(load_workspace(desk), old, new).carry_out()
    profile = load_workspace(desk).corpus.profiles["ministry"]
    assert profile.formerly == ("ministry", "treasury", "office")
    assert not load_workspace(desk).errors


def test_a_renamed_claim(desk: Workspace) -> None:
    rename(load_workspace(desk), "port#quays", "four-quays").carry_out()
    assert changed(desk, "profiles/port.yaml", _PORT) == [
        "basis: {region: [four-quays]}",
        "  - {on: ministry, relation: part_of, claims: [four-quays]}   # since 1990",
        "  - id: four-quays",
        "    formerly: [quays]",
        _CROWDED.replace("[quays", "[four-quays"),
    ]
    [line] = changed(desk, "profiles/bodies.yaml", _MINISTRY)
    assert line.endswith("rests_on: [quays, port#four-quays]}")


def test_a_renamed_source(desk: Workspace) -> None:
    rename(load_workspace(desk), "record-1", "first").carry_out()
    assert changed(desk, "profiles/sources.yaml", _SOURCES) == [
        "id: first",
        "formerly: [record-1]",
        "cites: [first]",
    ]
    assert "    sources: [first, {id: record-2, locator: para 4}]  # both" in lines(
        desk, "profiles/port.yaml"
    )


def test_a_renamed_rule_is_renamed_in_its_file_and_its_tests_alone(desk: Workspace) -> None:
    rename(load_workspace(desk), "citation.strength.record", "deed").carry_out()
    assert changed(desk, "rules/strength.yaml", _STRENGTH) == [
        "      - id: deed   # our own number",
        "        formerly: [record]",
    ]
    assert changed(desk, "rules.test.yaml", _CASES) == [
        "      citations: {c1@act: {strength: {fired: [deed]}}}"
    ]
    assert changed(desk, "rules.yaml", _RULES) == []


def test_a_former_id_stays_reserved(desk: Workspace) -> None:
    rename(load_workspace(desk), "ministry", "treasury").carry_out()
    with pytest.raises(UsageError, match="the id 'ministry' was that of 'treasury'"):
        rename(load_workspace(desk), "port", "ministry")
    with pytest.raises(UsageError, match="the id 'ministry' was that of 'treasury'"):
        new_document(load_workspace(desk), "event", "The ministry opens", id_="ministry")
    with pytest.raises(UsageError, match="profile 'ministry' is now 'treasury'"):
        new_claim(load_workspace(desk), "ministry", "It has 3 offices.")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nosuch", "other", "unknown document 'nosuch'"),
        ("port", "ministry", "the id 'ministry' is taken, in profiles/bodies.yaml"),
        ("port", "The Port", "invalid id 'The Port'"),
        ("port#berths", "other", "port: unknown claim 'berths'"),
        ("port#quays", "crowded", "'port' already has a claim 'crowded'"),
        ("citation.strength.deed", "other", "unknown rule 'citation.strength.deed'"),
        ("citation.strength.record", "newer", "'citation.strength' already has a rule 'newer'"),
    ],
)
def test_a_rename_that_is_refused(desk: Workspace, old: str, new: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        rename(load_workspace(desk), old, new)
    assert message in str(refused.value)


def test_a_merged_profile_gives_all_it_has(desk: Workspace) -> None:
    edit = merge(load_workspace(desk), "ministry", "port")
    edit.carry_out()
    loaded = load_workspace(desk)
    assert not loaded.errors
    port = loaded.corpus.profiles["port"]
    assert [(c.id, c.formerly) for c in port.claims] == [
        ("quays", ()),
        ("crowded", ()),
        ("levies", ("ministry#levies",)),
        ("quays-2", ("ministry#quays",)),
        ("both", ("ministry#both",)),
    ]
    assert port.claims[1].rests_on == ("quays", "levies")
    assert port.claims[4].rests_on == ("quays-2", "port#quays")
    assert (port.aliases, port.topics, port.depends_on) == (("The Ministry",), ("trade",), ())
    assert [gap.text for gap in port.gaps] == ["Its budget."]
    assert port.merged == {"ministry": ()}
    assert edit.notes == ("left out: depends_on between the two",)
    assert not (desk.root / "profiles/bodies.yaml").exists()
    assert changed(desk, "profiles/sources.yaml", _SOURCES) == ["speaks_for: [port]"]


def test_a_merged_source_is_cited_once(desk: Workspace) -> None:
    edit = merge(load_workspace(desk), "record-2", "record-1")
    edit.carry_out()
    loaded = load_workspace(desk)
    assert not loaded.errors
    assert lines(desk, "profiles/sources.yaml")[6:] == [
        "# The first one.",
        "kind: source",
        "id: record-1",
        "title: The first record",
        "publisher: gazette",
        "url: https://gazette.example/2",
        "merged:",
        "  record-2: []",
    ]
    assert "    sources: [record-1]  # both" in lines(desk, "profiles/port.yaml")
    assert edit.notes == (
        "left out: title of record-2: The second record",
        "left out: second citation of record-1 in port#quays",
    )


def test_a_merge_decides_nothing_about_readers(desk: Workspace) -> None:
    path = desk.root / "profiles/port.yaml"
    path.write_text(_PORT + "audience: public\n", encoding="utf-8")
    with pytest.raises(UsageError, match="differ in 'audience': none and public"):
        merge(load_workspace(desk), "ministry", "port")
    with pytest.raises(UsageError, match="of the kinds source and"):
        merge(load_workspace(desk), "record-1", "port")


def test_what_others_refer_to_is_not_removed(desk: Workspace) -> None:
    with pytest.raises(UsageError) as refused:
        remove(load_workspace(desk), "ministry#levies")
    assert str(refused.value).splitlines() == [
        "'ministry#levies' is referred to; change these places first:",
        "  profiles/port.yaml:16: ministry#levies",
        "  profiles/port.yaml:18: ministry#levies",
    ]
    with pytest.raises(UsageError, match=r"profiles/sources.yaml:4: ministry"):
        remove(load_workspace(desk), "ministry")


def test_a_removed_claim_and_document(desk: Workspace) -> None:
    remove(load_workspace(desk), "ministry#both").carry_out()
    assert lines(desk, "profiles/bodies.yaml") == [
        line for line in _MINISTRY.splitlines() if "id: both" not in line
    ]
    path = desk.root / "profiles/bodies.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("record-1", "record-2"))
    text = _PORT.replace("[record-1, {id: record-2, locator: para 4}]", "[record-2]")
    (desk.root / "profiles/port.yaml").write_text(text, encoding="utf-8")
    sources = desk.root / "profiles/sources.yaml"
    sources.write_text(_SOURCES.replace("cites: [record-1]\n", ""), encoding="utf-8")
    remove(load_workspace(desk), "record-1").carry_out()
    assert sources.read_text(encoding="utf-8").count("kind:") == 2
    assert "The first" not in sources.read_text(encoding="utf-8")


def test_the_command_shows_a_diff_and_asks(
    desk: Workspace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ["--workspace", str(desk.root)]
    assert run([*folder, "rename", "port", "harbour", "--dry-run"]) == 0
    out, err = capfd.readouterr()
    assert "-id: port\n+id: harbour\n+formerly: [port]\n" in out
    assert "+++ b/profiles/harbour.yaml" in out
    assert "not written: profiles/bodies.yaml, profiles/harbour.yaml, profiles/port.yaml" in err
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert run([*folder, "rename", "port", "harbour"]) == 130
    assert (desk.root / "profiles/port.yaml").exists()
    assert run([*folder, "rename", "port", "harbour", "--auto-approve", "--format", "json"]) == 0
    assert (desk.root / "profiles/harbour.yaml").exists()
