"""What the commands about documents and evidence print as JSON, field by field."""

from __future__ import annotations

from collections.abc import Mapping

Described = tuple[str, tuple[str, ...], Mapping[str, str]]
"""How the command is written, its arguments on the starter workspace, and its fields."""


def evidence_contracts() -> tuple[Described, ...]:
    """The contracts of ``ingest``, ``origins`` and ``contradictions``."""
    return (
        (
            "assay ingest PATH…",
            ("ingest", "profiles/sources.yaml", "--dry-run"),
            {
                "written": "false with `--dry-run`: nothing was written",
                "outcomes[].file": "the file that was read",
                "outcomes[].status": "what became of it: `new`, `version`, `unchanged` …",
                "outcomes[].format": "the format it was recognised as; null where it was not",
                "outcomes[].reason": "why it gave no source; else empty",
                "outcomes[].source": "id of the source it gave; null where it gave none",
                "outcomes[].written": "the file the source is in; null where there is none",
                "outcomes[].drafts[]": "ids of the drafts made from it",
                "outcomes[].notes[]": "what was left out, and why",
                "accepted[].id": "with `--accept`: what is final now, and the file it is in",
            },
        ),
        (
            "assay origins",
            ("origins",),
            {
                "proposals[].source": "the source that seems to draw on another",
                "proposals[].relation": "`cites` or `same_as`",
                "proposals[].other": "the other source",
                "proposals[].score": "how much speaks for it, from 0 to 1",
                "proposals[].reason": "what speaks for it",
                "proposals[].story": "id of the first source of the story that both tell",
                "written[]": "files that decisions were written to",
            },
        ),
        (
            "assay edges",
            ("edges",),
            {
                "edges[].dependent": "the profile that depends",
                "edges[].relation": "`regulated_by`, `owned_by`, `supplied_by`, `built_on` …",
                "edges[].on": "the profile it depends on",
                "edges[].stated[].source": "a source that says so",
                "edges[].stated[].sentence": "its sentence",
                "written[]": "files that edges were written to",
            },
        ),
        (
            "assay contradictions",
            ("contradictions", "--series"),
            {
                "found[].kind": "`contradiction`, or `series` with `--series`",
                "found[].reason": "what cannot both be true, or what the series is of",
                "found[].statements[].place": "the claim, or the source and its line",
                "found[].statements[].text": "what it says",
                "found[].statements[].as_of": "the date it is true of; null where none is given",
            },
        ),
    )
