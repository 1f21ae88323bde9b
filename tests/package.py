"""The names of the package that several tests use.

A move or rename inside the package changes this file instead of every test.
"""

from assay.arithmetic import half_life, noisy_or_thresholds, noisy_or_weights
from assay.assessment import Assessment
from assay.authoring.cite import cite
from assay.authoring.init import init
from assay.authoring.rename import merge, remove, rename
from assay.briefing.atlas import Atlas
from assay.briefing.index import facet_href, index_of, index_pages
from assay.briefing.search_index import search_data, terms
from assay.briefing.site import build_site
from assay.cache import FOLDER_VARIABLE, Cache
from assay.cel.errors import CelError
from assay.cel.functions import FUNCTIONS, OPERATIONS, OPERATORS, STANDARD, Function
from assay.cel.operations import Apply, Col, Expr, Lit, Op, apply
from assay.cel.parse import Vocabulary, parse_cel
from assay.cel.patterns import PatternError, translated
from assay.cel.program import Compute, PoolUp, Program, Step
from assay.cel.schema import HORIZONS, SPACES, Collection, Space
from assay.cel.steps import Place, outputs
from assay.cel.text import split_text
from assay.characters import normalised, without_unsafe
from assay.cli.main import COMMANDS, assay, run
from assay.cli.session import Session
from assay.diagnostics.diagnostic import Diagnostic
from assay.diagnostics.registry import AREAS, CODES
from assay.diagnostics.render import format_text
from assay.engine.emit import emit
from assay.engine.local import LocalEngine
from assay.errors import AssayError, InputError, UsageError
from assay.evidence.audience import visible_to
from assay.evidence.entities import Names
from assay.evidence.independence import Independence
from assay.graph.reach import reach_pairs
from assay.ingest.document import decode
from assay.ingest.run import Outcome, Read, ingest, read_document, read_paths
from assay.lint.analysis import Analysis
from assay.lint.rulebook import lint_rulebook
from assay.model.base import Model
from assay.model.dates import PartialDate
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Event,
    Gap,
    Institution,
    Publisher,
    Source,
    actor_of,
)
from assay.model.identifiers import Identifiers
from assay.model.identity import Identity
from assay.model.results import (
    AddedCitation,
    ClaimEdit,
    Ended,
    Explanation,
    Horizon,
    NextDate,
    Outlook,
    OutlookPoint,
    ProfileResult,
    ReviewBy,
    Score,
    ScoreExplanation,
    WatchNotice,
    WouldChange,
)
from assay.model.rulebook import Band, Pool, Rule, Rulebook, Scorer
from assay.output.json import explanation_json, scores_json
from assay.pipeline import Checked, assess, assess_all, check, open_review
from assay.plan.apply import bases_of, carry_out, read_plan, write_plan
from assay.plan.builder import make_plan
from assay.plan.history import Applied, applied, read_history
from assay.plan.lock import Lock, from_line, lock_bytes, parse_lock, read_lock, to_line
from assay.plan.lock_builder import lock_of
from assay.plan.plan import Cause, Change, Edit, Grade, Plan
from assay.review.actions import Signature
from assay.review.checks import check_ledger
from assay.review.decisions import Decision, Draft, Subject, content_digest, decide
from assay.review.journal import append, aside_path
from assay.review.ledger import read_ledger, require_ledger
from assay.review.queue import Review
from assay.review.sheets import csv_bytes, read_sheet
from assay.rules.check import check_rulebook
from assay.rules.scorers import compile_rulebook
from assay.scoring import SCORING_VERSION
from assay.scoring.explain import Explainer, Line, overview
from assay.scoring.outlook import Due, Horizons, Projection
from assay.scoring.run import Run, run_program
from assay.scoring.trace import Trace
from assay.scoring.wording import fill_text
from assay.sheets.files import from_cell, to_cell
from assay.tables.build import build, build_tables
from assay.tables.parquet import read_tables, write_tables
from assay.tables.rows import scored_claims, scored_profiles
from assay.tables.tables import ROW_LINKS, SCHEMAS, Tables
from assay.text import sentence
from assay.workspace.load import Loaded, load_workspace
from assay.workspace.paths import Workspace
from assay.workspace.publishing import publish
from assay.workspace.transactions import ChangedFileError, recover, transaction
from assay.yaml.edit import EditRefused, block
from assay.yaml.reader import YamlFile, read_yaml

__all__ = [
    "AREAS",
    "CODES",
    "COMMANDS",
    "FOLDER_VARIABLE",
    "FUNCTIONS",
    "HORIZONS",
    "OPERATIONS",
    "OPERATORS",
    "ROW_LINKS",
    "SCHEMAS",
    "SCORING_VERSION",
    "SPACES",
    "STANDARD",
    "AddedCitation",
    "Analysis",
    "AnyProfile",
    "Applied",
    "Apply",
    "AssayError",
    "Assessment",
    "Atlas",
    "Band",
    "Cache",
    "Cause",
    "CelError",
    "Change",
    "ChangedFileError",
    "Checked",
    "Citation",
    "Claim",
    "ClaimEdit",
    "Col",
    "Collection",
    "Compute",
    "Corpus",
    "Decision",
    "Diagnostic",
    "Draft",
    "Due",
    "Edit",
    "EditRefused",
    "Ended",
    "Event",
    "Explainer",
    "Explanation",
    "Expr",
    "Function",
    "Gap",
    "Grade",
    "Horizon",
    "Horizons",
    "Identifiers",
    "Identity",
    "Independence",
    "InputError",
    "Institution",
    "Line",
    "Lit",
    "Loaded",
    "LocalEngine",
    "Lock",
    "Model",
    "Names",
    "NextDate",
    "Op",
    "Outcome",
    "Outlook",
    "OutlookPoint",
    "PartialDate",
    "PatternError",
    "Place",
    "Plan",
    "Pool",
    "PoolUp",
    "ProfileResult",
    "Program",
    "Projection",
    "Publisher",
    "Read",
    "Review",
    "ReviewBy",
    "Rule",
    "Rulebook",
    "Run",
    "Score",
    "ScoreExplanation",
    "Scorer",
    "Session",
    "Signature",
    "Source",
    "Space",
    "Step",
    "Subject",
    "Tables",
    "Trace",
    "UsageError",
    "Vocabulary",
    "WatchNotice",
    "Workspace",
    "WouldChange",
    "YamlFile",
    "actor_of",
    "append",
    "applied",
    "apply",
    "aside_path",
    "assay",
    "assess",
    "assess_all",
    "bases_of",
    "block",
    "build",
    "build_site",
    "build_tables",
    "carry_out",
    "check",
    "check_ledger",
    "check_rulebook",
    "cite",
    "compile_rulebook",
    "content_digest",
    "csv_bytes",
    "decide",
    "decode",
    "emit",
    "explanation_json",
    "facet_href",
    "fill_text",
    "format_text",
    "from_cell",
    "from_line",
    "half_life",
    "index_of",
    "index_pages",
    "ingest",
    "init",
    "lint_rulebook",
    "load_workspace",
    "lock_bytes",
    "lock_of",
    "make_plan",
    "merge",
    "noisy_or_thresholds",
    "noisy_or_weights",
    "normalised",
    "open_review",
    "outputs",
    "overview",
    "parse_cel",
    "parse_lock",
    "publish",
    "reach_pairs",
    "read_document",
    "read_history",
    "read_ledger",
    "read_lock",
    "read_paths",
    "read_plan",
    "read_sheet",
    "read_tables",
    "read_yaml",
    "recover",
    "remove",
    "rename",
    "require_ledger",
    "run",
    "run_program",
    "scored_claims",
    "scored_profiles",
    "scores_json",
    "search_data",
    "sentence",
    "split_text",
    "terms",
    "to_cell",
    "to_line",
    "transaction",
    "translated",
    "visible_to",
    "without_unsafe",
    "write_plan",
    "write_tables",
]
