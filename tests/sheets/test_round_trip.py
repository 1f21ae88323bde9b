"""Any documents survive an export to sheets and an import unchanged."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.workspaces import RULES
from tests.package import Workspace, block, from_cell, without_unsafe
from tests.sheets.sandbox import Sandbox
from tests.strategies import shipped

TEXTS = (
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(without_unsafe)
    | st.text("=+-@';,\\\n\t []x|\uff1d", min_size=1, max_size=12)
    | st.sampled_from(["a_x000D_b", "_x005F_x000D_", "_x202E_"])
).filter(lambda text: text.strip() != "")
DATES = st.sampled_from(["2024-01-29", "2024-01", "2024-Q1", "2024", 2024])
DAYS = st.sampled_from(["2024-01-29", "1999-12-31"])
IDS = st.sampled_from(["one", "two"])
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e12, 1e12, allow_nan=False)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping that has some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


CITATIONS = st.lists(
    IDS
    | IDS.map(lambda id_: {"id": id_})
    | st.builds(
        lambda id_, more: {"id": id_, **more},
        IDS,
        some(
            stance=st.sampled_from(["supports", "disputes"]),
            locator=TEXTS,
            credibility=st.integers(1, 6),
            directness=st.sampled_from(["record", "self_report"]),
            cites=st.just([]),
        ),
    ),
    max_size=2,
    unique_by=lambda item: item if isinstance(item, str) else item["id"],
)
CLAIMS = st.builds(
    lambda text, more: {"text": text, "status": "draft", **more},
    TEXTS,
    some(
        nature=st.sampled_from(["fact", "attributed", "assumption"]),
        type=st.sampled_from(["figure", "role"]),
        key=st.booleans(),
        holds=st.sampled_from(["dated", "standing"]),
        as_of=DATES,
        checked=DAYS,
        actor=st.just("port"),
        quantity=st.builds(
            lambda measure, value, more: {"measure": measure, "value": value, **more},
            TEXTS,
            NUMBERS,
            some(unit=TEXTS, qualifier=TEXTS),
        ),
        sources=CITATIONS,
    ),
).map(lambda claim: {"nature": "fact", **claim})
PUBLISHERS = some(speaks_for=st.just(["port"]), speaks_for_reason=TEXTS)
SOURCES = some(
    published=DATES,
    accessed=DAYS,
    directness=st.sampled_from(["record", "first_hand"]),
    attributed_to=TEXTS,
    not_same_as=st.just(["two"]),
    not_same_as_reason=TEXTS,
    url=st.sampled_from(["https://example.org/a;b,c?=d", "http://x.example/-"]),
    note=TEXTS,
    extra=st.just({"kept": [1, "two"]}),
)
EDGES = st.builds(
    lambda relation, more: {"on": "office", "relation": relation, **more},
    st.sampled_from(["part_of", "led_by", "supplied_by"]),
    some(criticality=st.sampled_from(["high", "low"]), valid_from=DATES),
)
WATCH = st.builds(
    lambda text, more: {"text": text, **more},
    TEXTS,
    some(trigger=TEXTS, effect=TEXTS, due=DATES, owner=TEXTS, priority=st.just("high")),
)
PROFILES = some(
    aliases=st.lists(TEXTS, max_size=3),
    topics=st.lists(TEXTS, max_size=2),
    region=TEXTS,
    base=TEXTS,
    gaps=st.lists(TEXTS, max_size=3),
    reviewed=DAYS,
    closed=st.fixed_dictionaries({"on": DATES, "because": TEXTS}),
    depends_on=st.lists(EDGES, max_size=3, unique_by=lambda edge: edge["relation"]),
    watch=st.lists(WATCH, max_size=3),
    factors=st.just([{"factor": "severity", "is": "high", "text": "all of it"}]),
    claims=st.lists(CLAIMS, max_size=3).map(
        lambda claims: [{"id": f"c{n}", **claim} for n, claim in enumerate(claims)]
    ),
)


FACTORS = """\
factors:
  scales: {severity: {words: {low: 0.3, high: 0.8}, because: our own numbers}}
  asked: {institution: {severity: severity}}
"""


@st.composite
def documents(draw: st.DrawFn) -> str:
    """The text of a file with two sources, a publisher and a profile, as somebody wrote it."""
    made = [
        {"kind": "publisher", "id": "gazette", "name": draw(TEXTS), **draw(PUBLISHERS)},
        {"kind": "source", "id": "one", "title": draw(TEXTS), **draw(SOURCES)},
        {"kind": "source", "id": "two", "title": draw(TEXTS), "publisher": "gazette"},
        {"kind": "institution", "id": "port", "name": draw(TEXTS), **draw(PROFILES)},
        {"kind": "institution", "id": "office", "name": "Office"},
    ]
    comment = draw(st.sampled_from(["", "# a comment\n"]))
    return comment + "---\n".join(block(document) for document in made)


def sandbox_of(text: str, folder: str) -> Sandbox:
    root = Path(folder) / "sandbox"
    (root / "profiles").mkdir(parents=True)
    (root / "rules.yaml").write_text(RULES + FACTORS, "utf-8")
    (root / "profiles" / "all.yaml").write_bytes(text.encode("utf-8"))
    return Sandbox(Workspace(root))


def unchanged(text: str, *, xlsx: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = sandbox_of(text, folder)
        assert sandbox.loaded.errors == ()
        planned = sandbox.plan(*sandbox.export(Path(folder), xlsx=xlsx))
        assert [(c.id, c.fields) for c in planned.changes] == []
        assert planned.edit.contents == {}
        port = sandbox.loaded.corpus.profiles["port"]
        lists = (port.claims, port.depends_on, port.watch, port.factors)
        assert planned.unchanged == 5 + sum(map(len, lists))


@given(documents())
@settings(max_examples=40)
def test_csv(text: str) -> None:
    unchanged(text, xlsx=False)


@given(documents())
@settings(max_examples=10)
def test_a_workbook(text: str) -> None:
    pytest.importorskip("openpyxl")
    unchanged(text, xlsx=True)


@given(documents(), TEXTS.filter(from_cell))
@settings(max_examples=30)
def test_one_corrected_cell_is_one_change_whatever_the_text(text: str, title: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = sandbox_of(text, folder)
        rows = sandbox.sheet("sources")
        rows[0]["title"] = title
        planned = sandbox.import_rows(rows)
        [column] = [f.column for c in planned.changes for f in c.fields] or ["title"]
        assert column == "title"
        assert sandbox.plan(sandbox.saved(rows)).changes == ()
        assert sandbox.loaded.errors == ()


def test_the_shipped_documents(tmp_path: Path) -> None:
    sandbox = Sandbox(shipped().workspace)
    assert sandbox.plan(*sandbox.export(tmp_path)).changes == ()
