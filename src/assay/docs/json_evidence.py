"""What the commands about documents and evidence print as JSON, field by field."""

from __future__ import annotations

from collections.abc import Mapping

_KINDS = ("claims", "profiles", "publishers", "sources")

Described = tuple[str, tuple[str, ...], Mapping[str, str]]
"""How the command is written, its arguments on the starter workspace, and its fields."""


def evidence_contracts() -> tuple[Described, ...]:
    """The contracts of ``ingest``, ``sheet``, ``origins`` and ``contradictions``."""
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
            "assay sheet export OUT",
            ("sheet", "export", ".assay/sheets"),
            {
                "files[]": "the files that were written",
                **{f"rows.{kind}": f"how many {kind} are in their sheet" for kind in _KINDS},
                "left_out[]": "files with documents that have mistakes, which are in no sheet",
            },
        ),
        (
            "assay sheet import FILE…",
            ("sheet", "import", ".assay/sheets", "--dry-run"),
            {
                "written": "false with `--dry-run`, and where nothing would change",
                "changes[].kind": "the sheet: `publishers`, `sources`, `profiles`, `claims`",
                "changes[].id": "what the row is about; `profile#claim` for a claim",
                "changes[].new": "whether it is new",
                "changes[].sheet": "the file of the row, with the name of the sheet",
                "changes[].row": "the number of the row, as a spreadsheet shows it",
                "changes[].known_by": "by what a row without an id was known; else null",
                "changes[].fields[].column": "the column",
                "changes[].fields[].before": "what stood there; null for nothing",
                "changes[].fields[].after": "what stands there then; null for nothing",
                "unchanged": "rows that say what is there already",
                "given_ids": "new rows that had no id and were given one",
                "files[]": "the files of the workspace that change",
                "notes[]": "sheets that were not read, and encodings that were guessed",
            },
        ),
        (
            "assay lineage",
            ("lineage",),
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
