"""JSON of the commands about documents, evidence, sheets and the site."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from assay.diagnostics.diagnostic import Diagnostic, Severity
from assay.output.json import Count, DueItem, Json, NonEmpty, Output, described

if TYPE_CHECKING:
    from assay.pipeline import Status


def _by_file(rewritten: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"file": file, "values": values} for file, values in rewritten.items()]


def _by_code(decisions: Mapping[str, Sequence[Diagnostic]]) -> list[dict[str, object]]:
    return [{"code": code, "diagnostics": found} for code, found in decisions.items()]


SheetKind = Literal["publishers", "sources", "profiles", "claims", "edges", "watch", "factors"]


class DiagnosticLine(Output):
    code: str = described("the code, as in [Diagnostics](diagnostics.md)")
    severity: Severity = described("only an error stops a command")
    message: str = described("the problem")
    file: str = described("the file, relative to the workspace")
    line: Count = described("from 1; 0 for the file as a whole")
    column: Count = described("from 1; 0 for the line or the file as a whole")
    hint: str = described("the correction; may be empty")


class Diagnostics(Output):
    """Printed by ``assay check`` and ``assay rules lint``."""

    diagnostics: list[DiagnosticLine] = described("by file, line and column")


class SiteProof(Output):
    markers: Count = described("closed texts that were marked")
    files: Count = described("files of the site, none of which contains a marker")


class RewrittenFile(Output):
    file: str = described("the file, relative to the workspace")
    values: Count = described("rewritten values; with `--dry-run`, those to rewrite")


class OpenDecision(Output):
    code: str = described("the code, as in [Diagnostics](diagnostics.md)")
    diagnostics: list[DiagnosticLine] = described("the problems that an analyst has to decide")


class Migration(Output):
    """Printed by ``assay migrate``."""

    rewritten: Annotated[list[RewrittenFile], BeforeValidator(_by_file)] = described(
        "files with words of older versions"
    )
    decisions: Annotated[list[OpenDecision], BeforeValidator(_by_code)] = described(
        "problems left, by code"
    )
    errors: Count = described("other problems that prevent scoring")


class SiteReport(Output):
    """Printed by ``assay build``."""

    site: str = described("the folder of the site")
    written: list[str] = described("new and changed pages")
    unchanged: Annotated[Count, BeforeValidator(len)] = described("unchanged files")
    removed: list[str] = described("removed pages")
    unpublished: list[str] = described("scored profiles without a page")
    proof: SiteProof | None = described("with `--prove`, the extent of the proof, otherwise null")


class AudienceName(Output):
    audience: str = described("audience of the site")


class AudienceSite(SiteReport, AudienceName):
    """The site of one audience; the fields of the base listed last are printed first."""


class SiteReports(Output):
    """Printed by ``assay build --all-audiences``."""

    sites: list[AudienceSite] = described("a site for each audience, the most public one first")


class FoundDocument(Output):
    kind: str = described("kind of document, or `claim`")
    id: str = described("its id, `profile#claim` for a claim")
    text: str = described("its name, title or sentence")


class FoundDocuments(Output):
    """Printed by ``assay find``."""

    found: list[FoundDocument] = described("the best match first")


class ListedDocument(FoundDocument):
    """The fields of the base listed last are printed first."""

    type: str | None = described("its type, or null")
    region: str | None = described("region of a profile, or null")
    topics: list[str] = described("topics of a profile")
    grade: str | None = described("headline grade of a profile, or null")


class ListedDocuments(Output):
    """Printed by ``assay list``."""

    listed: list[ListedDocument] = described("by kind and id")


class LockState(Output):
    as_of: datetime.date | None = described("date of the last apply; null if there was none")
    behind: list[str] = described("in what the lock is out of date: `documents`, `rules` …")
    changes: Count = described("number of scores that the next apply would change")


class WorkspaceStatus(Output):
    """Printed by ``assay status``. The last three are null if the workspace has errors."""

    as_of: datetime.date = described("date of the summary")
    institutions: Count = described("number of institutions")
    events: Count = described("number of events")
    claims: Count = described("number of claims")
    sources: Count = described("number of sources")
    publishers: Count = described("number of publishers")
    drafts: list[str] = described("ids of profiles and claims that are drafts")
    errors: Count = described("number of errors")
    due: list[DueItem] | None = described("overdue dates and those of the nearest horizon, by day")
    review: list[str] | None = described("ids of profiles with open review items")
    lock: LockState | None = described("the lock, compared with the workspace")


def status_json(found: Status) -> Json:
    """Return the printed form of a status."""
    profiles = found.corpus.profiles.values()
    plan = found.plan
    return WorkspaceStatus.model_validate(
        {
            "as_of": found.as_of,
            "institutions": sum(p.kind == "institution" for p in profiles),
            "events": sum(p.kind == "event" for p in profiles),
            "claims": sum(len(p.claims) for p in profiles),
            "sources": len(found.corpus.sources),
            "publishers": len(found.corpus.publishers),
            "drafts": found.drafts,
            "errors": found.errors,
            "due": found.due,
            "review": found.review,
            "lock": plan
            and {"as_of": plan.base_as_of, "behind": plan.behind, "changes": found.changes},
        }
    ).as_json()


class NewDocument(Output):
    """Printed by ``assay new``."""

    id: str = described(
        "the new id, `profile#claim` for a claim; the profile of a dependency, gap, watch item, "
        "factor or sentence"
    )
    file: str = described("the file that holds it")
    created: bool = described("true")
    draft: bool = described("true for a claim that is not scored, as it lacks sources or grounds")


class CitedSource(Output):
    """Printed by ``assay cite``."""

    id: str = described("id of the source")
    file: str = described("the file that holds it")
    created: bool = described("false if the source existed already")
    claim: str | None = described("the claim that cites it now, or null")
    claim_file: str | None = described("the file of that claim, or null")


class IngestedFile(Output):
    file: str = described("the file read")
    status: Literal[
        "new", "version", "unchanged", "known", "unrecognised", "unreadable", "refused"
    ] = described("the result")
    format: str | None = described("the recognised format, or null")
    reason: str = described("why it gave no source; may be empty")
    source: str | None = described("id of its source, or null")
    written: str | None = described("the file that holds the source, or null")
    drafts: list[str] = described("ids of its drafts")
    notes: list[str] = described("omissions with their reasons")


class IngestReport(Output):
    """Printed by ``assay ingest``."""

    written: bool = described("false with `--dry-run`")
    outcomes: list[IngestedFile] = described("every publication")


class AcceptedDraft(Output):
    id: str = described("its id, `profile#claim` for a claim")
    file: str = described("the file that holds it")


class AcceptedDrafts(Output):
    """Printed by ``assay ingest --accept``."""

    accepted: list[AcceptedDraft] = described("drafts that became final")


class SheetExport(Output):
    """Printed by ``assay sheet export``."""

    files: list[str] = described("the files written")
    rows: dict[SheetKind, Count] = described("number of rows by sheet")
    left_out: list[str] = described("files whose documents have errors")


class FieldChange(Output):
    column: str = described("the column")
    before: NonEmpty = described("the value now, or null")
    after: NonEmpty = described("the new value, or null")


class SheetChange(Output):
    kind: SheetKind = described("the sheet")
    id: str = described("its id, `profile#claim` for a claim")
    new: bool = described("whether it is new")
    sheet: str = described("the file of the row, and the name of the sheet", "place")
    row: Count = described("number of the row in the spreadsheet")
    known_by: NonEmpty = described("how a row without an id was identified, or null")
    fields: list[FieldChange] = described("its changed cells")


class SheetImport(Output):
    """Printed by ``assay sheet import``."""

    written: bool = described("false with `--dry-run`, or if nothing changes")
    changes: list[SheetChange] = described("documents and claims that change")
    unchanged: Count = described("number of unchanged rows")
    given_ids: Count = described("number of new rows that were given an id")
    files: list[str] = described("files of the workspace that change")
    notes: list[str] = described("sheets not read, and guessed encodings")


class IdentityEdit(Output):
    """Printed by ``assay rename``, ``assay merge`` and ``assay remove``."""

    written: bool = described("false with `--dry-run`")
    files: list[str] = described("files that change, former names included")
    notes: list[str] = described("what a merge leaves out")


class SourceRelation(Output):
    source: str = described("the source that probably draws on the other")
    relation: Literal["cites", "same_as"] = described("the suggested relation")
    other: str = described("the other source")
    score: float = described("strength of the evidence", ge=0, le=1)
    reason: str = described("the evidence for it")
    story: str = described("id of the first source with the same report")


class Origins(Output):
    """Printed by ``assay lineage``."""

    proposals: list[SourceRelation] = Field([], description="missing with `--decide`")
    written: list[str] = described("files with new decisions")


class StatedEdge(Output):
    source: str = described("id of the source")
    sentence: str = described("its sentence")


class EdgeProposal(Output):
    dependent: str = described("the profile that depends")
    relation: str = described("`regulated_by`, `owned_by`, `supplied_by`, `built_on` …")
    on: str = described("the profile that it depends on")
    stated: list[StatedEdge] = described("the sentences that state it")


class Edges(Output):
    """Printed by ``assay edges``."""

    edges: list[EdgeProposal] = Field([], description="missing with `--accept`")
    written: list[str] = described("files with new edges")


class Statement(Output):
    place: str = described("the claim, or the source and its line")
    text: str = described("the statement")
    as_of: NonEmpty = described("the date it is true of, or null")


class Contradiction(Output):
    kind: Literal["contradiction", "series"] = described("`series` with `--series`")
    reason: str = described("the contradiction, or the measure of the series")
    statements: list[Statement] = described("the two statements")


class Contradictions(Output):
    """Printed by ``assay contradictions``."""

    found: list[Contradiction] = described("every pair")
