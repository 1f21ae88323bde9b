"""The reference and the JSON Schema of what commands print, from the models they fill."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from assay.errors import UsageError
from assay.output import documents_json as documents
from assay.output import json as scores
from assay.output import plan_json as change
from assay.output import review_json as review
from assay.output import rules_json as rules
from assay.review.decisions import Decision
from tools.docs.documents import form_of
from tools.docs.examples import AS_OF, SUBJECTS
from tools.docs.markdown import block, code, sentence, table
from tools.docs.session import run_assay, starter

OUTPUT_SCHEMA = "output.schema.json"

_INTRODUCTION = f"""# JSON

Every command that prints a result also prints it as JSON with `--format json`. Fields may be
added; renamed and removed ones are listed in the changelog. Scores and amounts are numbers with
at most three decimals. In a path, `[]` is each element of a list and `SCORER` the name of a
profile scorer of the rulebook. The JSON Schema [{OUTPUT_SCHEMA}](../../schemas/{OUTPUT_SCHEMA})
has a definition for each command.

`assay check --format sarif` prints the same diagnostics as SARIF 2.1.0, for tools that show them
next to the code.
"""

_PROFILE = SUBJECTS["profile"]
_WHO = "--reviewer 'Ada Example'"
_ERROR = """kind: source
id: daily-example-2025-05
title: An example with an error
publisher: daily-exmaple
"""
_DRAFT = """kind: event
id: a-draft
name: The ferry strike ends
status: draft
"""


@dataclass(frozen=True, slots=True)
class Contract:
    """A command with the model of its output.

    ``arguments`` run it on the starter workspace, with ``files`` added to it for this run;
    ``many`` outputs are printed as a list.
    """

    title: str
    arguments: str
    model: type[BaseModel]
    many: bool = False
    example: bool = False
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> dict[str, Any]:
        """Reference to the definition of the output."""
        reference = {"$ref": f"#/$defs/{self.model.__name__}"}
        return {"type": "array", "items": reference} if self.many else reference

    def run(self, root: Path) -> str:
        """Run the command in a workspace and return the JSON it prints."""
        for name, text in self.files.items():
            (root / name).write_text(text, encoding="utf-8")
        arguments = ["--as-of", AS_OF.isoformat(), *shlex.split(self.arguments), "--format", "json"]
        printed = run_assay(arguments, root)
        for name in self.files:
            (root / name).unlink()
        if not printed.stdout:
            raise UsageError(f"{self.title} printed no JSON: {printed.output}")
        return printed.stdout


CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "assay check",
        "check",
        documents.Diagnostics,
        example=True,
        files={"profiles/error.yaml": _ERROR},
    ),
    Contract("assay score [ID…]", f"score {_PROFILE}", scores.Scores, example=True),
    Contract(
        "assay score --with would_change [ID…]",
        f"score --with would_change {_PROFILE}",
        scores.Scores,
    ),
    Contract("assay explain ID", f"explain {_PROFILE}", scores.Explanation),
    Contract("assay outlook [ID…]", f"outlook {_PROFILE}", scores.Outlook),
    Contract("assay graph [ID…]", f"graph {_PROFILE} example-harbour-office", scores.Graph),
    Contract("assay migrate", "migrate --dry-run", documents.Migration),
    Contract("assay build", "build", documents.SiteReport),
    Contract("assay build --all-audiences", "build --all-audiences", documents.SiteReports),
    Contract("assay find WORDS…", "find ferries", documents.FoundDocuments),
    Contract("assay list [WHAT]", "list", documents.ListedDocuments),
    Contract("assay status", "status", documents.WorkspaceStatus),
    Contract("assay new …", "new event 'The first electric ferry'", documents.NewDocument),
    Contract(
        "assay cite URL|FILE",
        "cite https://daily.example/2025/03/05/electric-ferries?utm_source=feed",
        documents.CitedSource,
    ),
    Contract("assay review list", "review list", review.ReviewQueue),
    Contract("assay review show ID", f"review show {_PROFILE}", review.ReviewedProfile),
    Contract(
        "assay review accept, override, second, flag, comment, assign, undo, outcome",
        f"review comment {_PROFILE} 'Checked by telephone.' {_WHO}",
        Decision,
    ),
    Contract("assay review pack", "review pack --out .assay/pack", review.ReviewPack),
    Contract(
        "assay review import FILE",
        f"review import .assay/pack/decisions.csv {_WHO}",
        review.ReviewImport,
    ),
    Contract("assay publishers", "publishers", review.Publishers),
    Contract("assay track-record", "track-record", review.TrackRecord),
    Contract("assay plan", "plan", change.Plan),
    Contract(
        "assay plan --sweep PATH=A..B:STEP",
        "plan --sweep citation.worth.record.add=0.7..0.8:0.1",
        change.Sweep,
    ),
    Contract("assay apply [PLAN]", f"apply --auto-approve {_WHO}", change.Plan),
    Contract("assay verify", "verify", documents.Diagnostics),
    Contract("assay history ID", "history example-harbour-office", change.History),
    Contract("assay log", "log", change.Log),
    Contract("assay rules test", "rules test", rules.TestReport),
    Contract("assay rules lint", "rules lint", documents.Diagnostics),
    Contract("assay rules cutpoints SCORER", "rules cutpoints confidence", rules.Cutpoints),
    Contract(
        "assay explain ID --why-not RULE",
        f"explain {_PROFILE} --why-not disputed",
        rules.WhyNot,
        many=True,
    ),
    Contract(
        "assay explain ID --against BAND",
        f"explain {_PROFILE} --against a",
        rules.Against,
        many=True,
    ),
    Contract(
        "assay ingest PATH…", "ingest profiles/sources.yaml --dry-run", documents.IngestReport
    ),
    Contract(
        "assay ingest --accept ID",
        "ingest --accept a-draft",
        documents.AcceptedDrafts,
        files={"profiles/draft.yaml": _DRAFT},
    ),
    Contract(
        "assay rename OLD NEW", f"rename {_PROFILE} other-id --dry-run", documents.IdentityEdit
    ),
    Contract(
        "assay merge FROM INTO",
        "merge the-first-electric-ferry berths-for-electric-ferries --dry-run",
        documents.IdentityEdit,
    ),
    Contract(
        "assay remove ID", "remove the-first-electric-ferry --dry-run", documents.IdentityEdit
    ),
    Contract("assay sheet export OUT", "sheet export .assay/sheets", documents.SheetExport),
    Contract(
        "assay sheet import FILE…", "sheet import .assay/sheets --dry-run", documents.SheetImport
    ),
    Contract("assay lineage", "lineage", documents.Origins),
    Contract("assay edges", "edges", documents.Edges),
    Contract("assay contradictions", "contradictions --series", documents.Contradictions),
)
"""Commands in an order in which later ones read files of earlier ones."""


def output_schema() -> dict[str, Any]:
    """JSON Schema of every output, with a definition for each object."""
    models = dict.fromkeys(c.model for c in CONTRACTS)
    _, made = TypeAdapter.json_schemas(
        [(m, "serialization", TypeAdapter(m)) for m in models],
        title="The JSON that assay prints",
        description="Fields may be added; none is renamed or removed without notice.",
    )
    _without_titles(made["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": made["title"],
        "description": made["description"],
        "anyOf": [{"title": c.title, **c.schema} for c in CONTRACTS],
        "$defs": made["$defs"],
    }


def _without_titles(schema: Any) -> None:
    """Remove the titles, which only repeat the names of fields."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for part in schema.values():
            _without_titles(part)
    elif isinstance(schema, list):
        for part in schema:
            _without_titles(part)


def json_page() -> str:
    """Page of every field of every output, with its form and meaning."""
    definitions = output_schema()["$defs"]
    parts = [_INTRODUCTION]
    described: dict[str, str] = {}
    with starter() as root:
        for contract in CONTRACTS:
            name = contract.model.__name__
            parts.append(f"\n## {contract.title}\n\n")
            if name in described:
                parts.append(f"The same as {code(described[name])}.\n")
            else:
                rows = _rows(contract.schema, definitions, "", described)
                parts.append(table(["field", "form", "meaning"], rows))
            described.setdefault(name, contract.title)
            if contract.example:
                text = json.dumps(json.loads(contract.run(root)), ensure_ascii=False, indent=2)
                parts.append(f"\n{block(text, 'json')}")
    return "".join(parts)


def _rows(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Any],
    path: str,
    described: Mapping[str, str],
    within: tuple[str, ...] = (),
) -> Iterator[list[str]]:
    """Yield a row for each field of an object, or of the elements of a list or a mapping.

    Objects that have their own section or contain themselves are only named.
    """
    if schema.get("type") == "array":
        yield from _rows(schema["items"], definitions, f"{path}[]", described, within)
        return
    if isinstance(values := schema.get("additionalProperties"), dict):
        yield from _rows(values, definitions, f"{path}.SCORER", described, within)
        return
    objects = [schema, *schema.get("anyOf", ())]
    name = next((o["$ref"].rpartition("/")[2] for o in objects if "$ref" in o), "")
    if not name or name in described or name in within:
        return
    for key, value in definitions[name]["properties"].items():
        inner = f"{path}.{key}" if path else key
        meaning = sentence(value.get("description", ""))
        yield [code(inner), _form(value, described, (*within, name)), meaning]
        yield from _rows(value, definitions, inner, described, (*within, name))


def _form(schema: Mapping[str, Any], described: Mapping[str, str], within: tuple[str, ...]) -> str:
    """Describe the form of a value."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in described:
            return f"object, as in {code(described[name])}"
        return "object of the same form" if name in within else "object"
    if schema.get("type") == "array":
        return f"list of {_form(schema['items'], described, within)}"
    if schema.get("type") == "object":
        return f"by name: {_form(schema['additionalProperties'], described, within)}"
    if "anyOf" in schema:
        forms = [_form(f, described, within) for f in schema["anyOf"]]
        return ", or ".join(dict.fromkeys(forms))
    if schema.get("type") == "null":
        return "null"
    return form_of(dict(schema), {})
