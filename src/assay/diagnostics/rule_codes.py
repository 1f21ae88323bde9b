"""Codes of the rulebook and its expressions."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

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
    "The expression has more than 30 levels inside each other.",
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
INVALID_PATTERN = Code(
    "invalid-pattern",
    "error",
    "The pattern of matches() is no regular expression of RE2.",
    'profile.id.matches("^china-.*")',
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
FACT_CIRCLE = Code(
    "fact-circle",
    "error",
    "Facts need each other, so none can be first.",
    "Let one of them use evidence instead.",
)
DUPLICATE_FACT = Code(
    "duplicate-fact", "error", "Two facts have the same name.", "Rename one of them."
)
REPLACED_RULE = Code(
    "replaced-rule",
    "error",
    "A rule replaces one that is still there, or itself.",
    "Delete the rule that is replaced, or switch it off.",
)
RULE_EXPIRY = Code(
    "rule-expiry",
    "info",
    "A rule is switched off, or was and is in force again.",
    "disabled: {reason: under review, until: 2026-06-30}",
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
AMOUNT_RANGE = Code(
    "amount-range",
    "warning",
    "An amount that no score from 0 to 1 has room for.",
    "add: 0.30 (not 30); floors and caps from 0 to 1",
)
UNKNOWN_CLAIM_TYPE = Code(
    "unknown-claim-type",
    "error",
    "review_after_days names a type that no claim can have.",
    "figure, action, mandate, role, relation, capability, view or default",
)

NEVER_TRUE = Code(
    "never-true",
    "warning",
    "A condition that no document can make true.",
    "The message shows which values are possible.",
)
ALWAYS_TRUE = Code(
    "always-true",
    "warning",
    "A condition that every row makes true.",
    "Leave 'when' out where a rule applies to all.",
)
REPEATED_RULE = Code(
    "repeated-rule",
    "warning",
    "A rule asks and does the same as another one of its scorer.",
    "Delete one of the two.",
)
SHADOWED_RULE = Code(
    "shadowed-rule",
    "warning",
    "Wherever a cap or floor holds, another one holds that is at least as strict.",
    "Delete it, or make it stricter.",
)
IDLE_AMOUNT = Code(
    "idle-amount",
    "warning",
    "An amount that cannot change any score.",
    "The message shows how far scores reach without the rule.",
)
UNREACHED_BAND = Code(
    "unreached-band",
    "warning",
    "No evidence can bring a scorer into one of its bands.",
    "Move the band, or let rules reach it.",
)
BAND_WORDS = Code(
    "band-words",
    "warning",
    "The words of two bands say the opposite of their order.",
    "Low, Medium, High, Critical from the bottom up; A is the best letter.",
)
UNUSED_NAME = Code(
    "unused-name",
    "warning",
    "A fact or a parameter that nothing uses.",
    "Use it in a rule, or delete it.",
)
UNKNOWN_VALUE = Code(
    "unknown-value",
    "warning",
    "A condition asks for a text that no document has, and one is much like it.",
    "The message names the text that is meant, most likely.",
)
SATURATED_SCORER = Code(
    "saturated-scorer",
    "info",
    "Nearly all profiles are in one band, so the scorer tells them apart no longer.",
    "'assay rules cutpoints' shows bands that would part them.",
)
