"""Every mistake with its whole message. ``UPDATE_GOLDEN=1`` writes what the messages are now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.package import AREAS, format_text, load_workspace
from tests.workspace.conftest import MakeWorkspace

HERE = Path(__file__).parent
MISTAKES = sorted(path.stem for path in (HERE / "mistakes").glob("*.yaml"))
RULEBOOKS = sorted(path.stem for path in (HERE / "rulebooks").glob("*.yaml"))


def compare(golden: Path, messages: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(messages, encoding="utf-8")
    assert messages == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_document(name: str, make_workspace: MakeWorkspace) -> None:
    path = HERE / "mistakes" / f"{name}.yaml"
    workspace = make_workspace(
        {"base.yaml": (HERE / "base.yaml").read_bytes(), "mistake.yaml": path.read_bytes()}
    )
    found = load_workspace(workspace).diagnostics
    assert found
    compare(path.with_suffix(".txt"), "".join(format_text(d) + "\n" for d in found))


@pytest.mark.parametrize("name", RULEBOOKS)
def test_a_mistake_in_the_form_of_a_rulebook(name: str, make_workspace: MakeWorkspace) -> None:
    path = HERE / "rulebooks" / f"{name}.yaml"
    loaded = load_workspace(make_workspace({}, rules=path.read_text(encoding="utf-8")))
    assert loaded.rulebook is None
    compare(path.with_suffix(".txt"), "".join(format_text(d) + "\n" for d in loaded.errors))


def test_every_code_of_a_value_or_link_has_its_case() -> None:
    texts = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("mistakes", "rulebooks")
        for path in (HERE / folder).glob("*.txt")
    )
    # What is said of sentences, dates and pictures has its cases beside the code that reads them.
    cases = ("evidence/test_advice.py", "scoring/test_horizon.py", "workspace/test_images.py")
    advice = "".join((HERE.parent / name).read_text(encoding="utf-8") for name in cases)
    slugs = [c.slug for c in AREAS["Documents"]]
    wanted = slugs[slugs.index("too-many-mistakes") :]
    met = [slug for slug in wanted if f"[{slug}]" in texts or f'"{slug}"' in advice]
    assert met == wanted


def test_the_documents_that_mistakes_refer_to_have_none(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({"base.yaml": (HERE / "base.yaml").read_bytes()})
    assert load_workspace(workspace).diagnostics == ()
