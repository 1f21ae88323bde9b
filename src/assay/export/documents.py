"""JSON of the commands about documents, evidence, sheets and the site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from assay.diagnostics import Severity
from assay.export.output import Count, NonEmpty, Output

SheetKind = Literal["publishers", "sources", "profiles", "claims"]


class DiagnosticLine(Output):
    """A problem of the workspace."""

    code: str = Field(description="the code, as in [Diagnostics](diagnostics.md)")
    severity: Severity = Field(description="only an error stops a command")
    message: str = Field(description="the problem")
    file: str = Field(description="the file, relative to the workspace")
    line: Count = Field(description="from 1; 0 for the file as a whole")
    column: Count = Field(description="from 1; 0 for the line or the file as a whole")
    hint: str = Field(description="the correction; may be empty")


class Diagnostics(Output):
    """Printed by ``assay check`` and ``assay rules lint``."""

    diagnostics: list[DiagnosticLine] = Field(description="by file, line and column")


class SiteReport(Output):
    """Printed by ``assay build``."""

    site: str = Field(description="the folder of the site")
    written: list[str] = Field(description="new and changed pages")
    unchanged: Annotated[Count, BeforeValidator(len)] = Field(description="unchanged files")
    removed: list[str] = Field(description="removed pages")
    unpublished: list[str] = Field(description="scored profiles without a page")


class FoundDocument(Output):
    """A document or claim that matches."""

    kind: str = Field(description="kind of document, or `claim`")
    id: str = Field(description="its id, `profile#claim` for a claim")
    text: str = Field(description="its name, title or sentence")


class FoundDocuments(Output):
    """Printed by ``assay find``."""

    found: list[FoundDocument] = Field(description="the best match first")


class NewDocument(Output):
    """Printed by ``assay new``."""

    id: str = Field(description="the new id, `profile#claim` for a claim")
    file: str = Field(description="the file that holds it")
    created: bool = Field(description="true")


class CitedSource(Output):
    """Printed by ``assay cite``."""

    id: str = Field(description="id of the source")
    file: str = Field(description="the file that holds it")
    created: bool = Field(description="false if the source existed already")
    claim: str | None = Field(description="the claim that cites it now, or null")
    claim_file: str | None = Field(description="the file of that claim, or null")


class IngestedFile(Output):
    """The result of reading one publication."""

    file: str = Field(description="the file read")
    status: Literal[
        "new", "version", "unchanged", "known", "unrecognised", "unreadable", "refused"
    ] = Field(description="the result")
    format: str | None = Field(description="the recognised format, or null")
    reason: str = Field(description="why it gave no source; may be empty")
    source: str | None = Field(description="id of its source, or null")
    written: str | None = Field(description="the file that holds the source, or null")
    drafts: list[str] = Field(description="ids of its drafts")
    notes: list[str] = Field(description="omissions with their reasons")


class IngestReport(Output):
    """Printed by ``assay ingest``."""

    written: bool = Field(description="false with `--dry-run`")
    outcomes: list[IngestedFile] = Field(description="every publication")


class AcceptedDraft(Output):
    """A draft that became final."""

    id: str = Field(description="its id, `profile#claim` for a claim")
    file: str = Field(description="the file that holds it")


class AcceptedDrafts(Output):
    """Printed by ``assay ingest --accept``."""

    accepted: list[AcceptedDraft] = Field(description="drafts that became final")


class SheetExport(Output):
    """Printed by ``assay sheet export``."""

    files: list[str] = Field(description="the files written")
    rows: dict[SheetKind, Count] = Field(description="number of rows by sheet")
    left_out: list[str] = Field(description="files whose documents have errors")


class FieldChange(Output):
    """A changed cell."""

    column: str = Field(description="the column")
    before: NonEmpty = Field(description="the value now, or null")
    after: NonEmpty = Field(description="the new value, or null")


class SheetChange(Output):
    """A document or claim that changes."""

    kind: SheetKind = Field(description="the sheet")
    id: str = Field(description="its id, `profile#claim` for a claim")
    new: bool = Field(description="whether it is new")
    sheet: str = Field(
        validation_alias="place", description="the file of the row, and the name of the sheet"
    )
    row: Count = Field(description="number of the row in the spreadsheet")
    known_by: NonEmpty = Field(description="how a row without an id was identified, or null")
    fields: list[FieldChange] = Field(description="its changed cells")


class SheetImport(Output):
    """Printed by ``assay sheet import``."""

    written: bool = Field(description="false with `--dry-run`, or if nothing changes")
    changes: list[SheetChange] = Field(description="documents and claims that change")
    unchanged: Count = Field(description="number of unchanged rows")
    given_ids: Count = Field(description="number of new rows that were given an id")
    files: list[str] = Field(description="files of the workspace that change")
    notes: list[str] = Field(description="sheets not read, and guessed encodings")


class SourceRelation(Output):
    """A proposal that one source draws on another."""

    source: str = Field(description="the source that seems to draw on another")
    relation: Literal["cites", "same_as"] = Field(description="the proposed relation")
    other: str = Field(description="the other source")
    score: float = Field(ge=0, le=1, description="strength of the proposal")
    reason: str = Field(description="the evidence for it")
    story: str = Field(description="id of the first source with the same report")


class Origins(Output):
    """Printed by ``assay origins``."""

    proposals: list[SourceRelation] = Field([], description="missing with `--decide`")
    written: list[str] = Field(description="files with new decisions")


class StatedEdge(Output):
    """A sentence that states an edge."""

    source: str = Field(description="id of the source")
    sentence: str = Field(description="its sentence")


class EdgeProposal(Output):
    """A proposed dependency."""

    dependent: str = Field(description="the profile that depends")
    relation: str = Field(description="`regulated_by`, `owned_by`, `supplied_by`, `built_on` …")
    on: str = Field(description="the profile that it depends on")
    stated: list[StatedEdge] = Field(description="the sentences that state it")


class Edges(Output):
    """Printed by ``assay edges``."""

    edges: list[EdgeProposal] = Field([], description="missing with `--accept`")
    written: list[str] = Field(description="files with new edges")


class Statement(Output):
    """A statement of a claim or a source."""

    place: str = Field(description="the claim, or the source and its line")
    text: str = Field(description="the statement")
    as_of: NonEmpty = Field(description="the date it is true of, or null")


class Contradiction(Output):
    """Statements that cannot both be true, or figures of one measure."""

    kind: Literal["contradiction", "series"] = Field(description="`series` with `--series`")
    reason: str = Field(description="the contradiction, or the measure of the series")
    statements: list[Statement] = Field(description="the two statements")


class Contradictions(Output):
    """Printed by ``assay contradictions``."""

    found: list[Contradiction] = Field(description="every pair")
