"""What a diagnostic about the rulebook can say: every code, with its meaning and its remedy."""

from __future__ import annotations

from assay.documents.codes import Code

SYNTAX_ERROR = Code(
    "syntax-error",
    "error",
    "The expression is not CEL.",
    'citation.directness == "record" && source.age_days < 365',
)
INVALID_EXPRESSION = Code(
    "invalid-expression", "error", "CEL refuses the expression.", "See the message."
)
EXPRESSION_TOO_DEEP = Code(
    "expression-too-deep",
    "error",
    "The expression has more than 100 brackets inside each other.",
    "Split it into several rules.",
)
UNKNOWN_FIELD = Code(
    "unknown-field",
    "error",
    "The row has no field of that name.",
    "The reference lists the fields of citations, claims and profiles.",
)
UNKNOWN_NAME = Code(
    "unknown-name",
    "error",
    "A name that means nothing to this scorer.",
    "A scorer on claims knows claim, citations, grounds and profile.",
)
UNKNOWN_COLLECTION = Code(
    "unknown-collection",
    "error",
    "A pool ranges over a collection that its subject does not have.",
    "pool: {over: citations, …} on a claim, {over: claims, …} on a profile",
)
TYPE_MISMATCH = Code(
    "type-mismatch",
    "error",
    "Values of types that do not go together.",
    "Whole numbers with whole numbers, decimals with decimals: claim.support > 1.0",
)
NOT_COMPILABLE = Code(
    "not-compilable",
    "error",
    "CEL that cannot be computed on columns.",
    "The message says how to write it instead.",
)
UNBALANCED_BRACES = Code(
    "unbalanced-braces",
    "error",
    "A sentence has a brace without its partner.",
    "because: '{citations.size()} sources'; a brace itself is written {{ or }}",
)
SCORER_CIRCLE = Code(
    "scorer-circle",
    "error",
    "Scorers need each other's scores, so none can be first.",
    "Let one of them use evidence instead of the other's score.",
)
DUPLICATE_SCORER = Code(
    "duplicate-scorer",
    "error",
    "Two scorers of one kind of subject have the same name.",
    "Rename one of them.",
)
DUPLICATE_RULE = Code(
    "duplicate-rule", "error", "Two rules of one scorer have the same id.", "Rename one of them."
)
RESERVED_NAME = Code(
    "reserved-name",
    "error",
    "A scorer is named like a field of its subject.",
    "Choose a name that no field of a citation, claim or profile has.",
)
UNKNOWN_SCALE = Code(
    "unknown-scale", "error", "A scorer names a scale that is not there.", "scale: confidence"
)
UNKNOWN_SCORER = Code(
    "unknown-scorer",
    "error",
    "A setting names a scorer that is not there.",
    "publish_by: the name of a profile scorer with a scale",
)
BANDS_GAP = Code(
    "bands-gap",
    "error",
    "Some scores fall into no band.",
    "The lowest band of a scale starts at 0.00.",
)
BANDS_OVERLAP = Code(
    "bands-overlap",
    "error",
    "Two bands of a scale start at the same score.",
    "Give each band a start of its own.",
)
BANDS_UNORDERED = Code(
    "bands-unordered",
    "error",
    "The bands of a scale neither rise nor fall in the order they are written.",
    "Write them from the highest to the lowest.",
)
DUPLICATE_BAND = Code(
    "duplicate-band", "error", "Two bands of a scale share an id.", "Rename one of them."
)
UNDECIDED_UNKNOWN = Code(
    "undecided-unknown",
    "warning",
    "A rule that lowers does not say what to do when its condition is unknown.",
    "on_unknown: apply (a missing field cannot lift it) or on_unknown: ignore",
)
UNKNOWN_AMOUNT = Code(
    "unknown-amount",
    "error",
    "A rule applies when it is unknown, but its amount may then be unknown too.",
    "on_unknown: 0.84 (the amount to use)",
)
UNKNOWN_CLAIM_TYPE = Code(
    "unknown-claim-type",
    "error",
    "review_after_days names a type that no claim can have.",
    "figure, action, mandate, role, relation, capability, view or default",
)

RULE_CODES: tuple[Code, ...] = (
    SYNTAX_ERROR,
    INVALID_EXPRESSION,
    EXPRESSION_TOO_DEEP,
    UNKNOWN_FIELD,
    UNKNOWN_NAME,
    UNKNOWN_COLLECTION,
    TYPE_MISMATCH,
    NOT_COMPILABLE,
    UNBALANCED_BRACES,
    SCORER_CIRCLE,
    DUPLICATE_SCORER,
    DUPLICATE_RULE,
    RESERVED_NAME,
    UNKNOWN_SCALE,
    UNKNOWN_SCORER,
    BANDS_GAP,
    BANDS_OVERLAP,
    BANDS_UNORDERED,
    DUPLICATE_BAND,
    UNDECIDED_UNKNOWN,
    UNKNOWN_AMOUNT,
    UNKNOWN_CLAIM_TYPE,
)
