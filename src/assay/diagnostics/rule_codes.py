"""Codes of the rulebook and its expressions."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

SYNTAX_ERROR = Code(
    "syntax-error",
    "The expression is not valid CEL.",
    'citation.directness == "record" && source.age_days < 365',
)
INVALID_EXPRESSION = Code(
    "invalid-expression",
    "The expression has an error that CEL reports.",
    "Correct the expression as the message describes.",
)
EXPRESSION_TOO_DEEP = Code(
    "expression-too-deep",
    "The expression is nested more than 30 levels deep.",
    "Split it into several rules.",
)
UNKNOWN_FIELD = Code(
    "unknown-field",
    "The field is unknown.",
    "Use a field of citations, claims or profiles that the reference lists.",
)
UNKNOWN_NAME = Code(
    "unknown-name",
    "The name is unknown in this scorer.",
    "Use a name of this kind of subject; for claims: claim, citations, grounds and profile.",
)
UNKNOWN_COLLECTION = Code(
    "unknown-collection",
    "A pool uses a collection that its subject does not have.",
    "pool: {over: citations, …} on a claim, {over: claims, …} on a profile",
)
TYPE_MISMATCH = Code(
    "type-mismatch",
    "The types of two values do not match.",
    "Combine whole numbers with whole numbers, decimals with decimals: claim.support > 1.0",
)
NOT_COMPILABLE = Code(
    "not-compilable",
    "The expression is valid CEL, but cannot be computed on columns.",
    "Rewrite it as the message describes.",
)
UNNAMED_FACT = Code(
    "unnamed-fact",
    "'not_asked' lists something that no rule of the scorer names.",
    "Write the field, score or collection as the rules do, or remove it from the list.",
)
INVALID_PATTERN = Code(
    "invalid-pattern",
    "The pattern of matches() is not a regular expression of RE2.",
    'profile.id.matches("^china-.*")',
)
UNBALANCED_BRACES = Code(
    "unbalanced-braces",
    "A brace in a sentence has no partner.",
    "because: '{citations.size()} sources'; a brace itself is written {{ or }}",
)
SCORER_CIRCLE = Code(
    "scorer-circle",
    "Scorers depend on each other's scores in a cycle.",
    "Use evidence instead of a score in one of them.",
)
FACT_CIRCLE = Code(
    "fact-circle",
    "Facts depend on each other in a cycle.",
    "Use evidence instead of a fact in one of them.",
)
DUPLICATE_FACT = Code("duplicate-fact", "Two facts have the same name.", "Rename one of them.")
REPLACED_RULE = Code(
    "replaced-rule",
    "A rule replaces itself, or a rule that still exists.",
    "Delete the replaced rule, or disable it.",
)
RULE_EXPIRY = Code(
    "rule-expiry",
    "A rule is disabled, or applies again after its suspension ended.",
    "disabled: {reason: under review, until: 2026-06-30}",
    "info",
)
DUPLICATE_SCORER = Code(
    "duplicate-scorer",
    "Two scorers of one kind of subject have the same name.",
    "Rename one of them.",
)
DUPLICATE_RULE = Code(
    "duplicate-rule", "Two rules of one scorer have the same id.", "Rename one of them."
)
RESERVED_NAME = Code(
    "reserved-name",
    "A scorer has the name of a field of its subject.",
    "Choose a name that no field of a citation, claim or profile has.",
)
UNKNOWN_SCALE = Code(
    "unknown-scale", "A scorer or a factor names an unknown scale.", "scale: confidence"
)
UNKNOWN_SCORER = Code(
    "unknown-scorer",
    "A setting names an unknown scorer.",
    "publish_by: the name of a profile scorer with a scale",
)
BANDS_GAP = Code(
    "bands-gap", "Some scores are in no band.", "Start the lowest band of the scale at 0.00."
)
BANDS_OVERLAP = Code(
    "bands-overlap",
    "Two bands of a scale start at the same score.",
    "Give each band a different start.",
)
BANDS_UNORDERED = Code(
    "bands-unordered",
    "The bands of a scale are in neither rising nor falling order.",
    "List them from the highest to the lowest.",
)
DUPLICATE_BAND = Code(
    "duplicate-band", "Two bands of a scale have the same id.", "Rename one of them."
)
UNDECIDED_UNKNOWN = Code(
    "undecided-unknown",
    "A rule that lowers a score does not define the effect of an unknown condition.",
    "on_unknown: apply (a missing field cannot raise the score) or on_unknown: ignore",
    "warning",
)
UNKNOWN_AMOUNT = Code(
    "unknown-amount",
    "A rule applies if its condition is unknown, but its amount may then be unknown, too.",
    "on_unknown: 0.84 (the amount to use)",
)
AMOUNT_RANGE = Code(
    "amount-range",
    "An amount is out of the range of scores, which is 0 to 1.",
    "add: 0.30 (not 30); floors and caps from 0 to 1",
    "warning",
)
UNKNOWN_CLAIM_TYPE = Code(
    "unknown-claim-type",
    "A key of review_after_days is not a claim type.",
    "figure, action, mandate, role, relation, capability, view or default",
)

NEVER_TRUE = Code(
    "never-true",
    "A condition is never true.",
    "Correct the condition; the message shows the possible values.",
    "warning",
)
NEVER_DECIDED = Code(
    "never-decided",
    "A condition, or an amount, is unknown whatever the documents say.",
    "Correct the part that the message names, for example a division by 0.",
    "warning",
)
ALWAYS_TRUE = Code(
    "always-true",
    "A condition is always true.",
    "Leave out 'when' if the rule applies to all.",
    "warning",
)
REPEATED_RULE = Code(
    "repeated-rule",
    "A rule has the same condition and effect as another rule of its scorer.",
    "Delete one of the two.",
    "warning",
)
SHADOWED_RULE = Code(
    "shadowed-rule",
    "A cap or floor has no effect, because one at least as strict always applies with it.",
    "Delete it, or make it stricter.",
    "warning",
)
IDLE_AMOUNT = Code(
    "idle-amount",
    "An amount cannot change any score.",
    "Change the amount; the message shows the range of scores without the rule.",
    "warning",
)
RULE_DECIDES_NOTHING = Code(
    "rule-decides-nothing",
    "No score of the workspace or of the rule tests would differ without the rule.",
    "Add a rule test in which it decides, or delete the rule.",
    "info",
)
UNREACHED_BAND = Code(
    "unreached-band",
    "No evidence can bring a score into one of its bands.",
    "Move the band, or let rules reach it.",
    "warning",
)
BAND_WORDS = Code(
    "band-words",
    "The words of two bands contradict their order.",
    "Use Low, Medium, High, Critical from the bottom up; A is the best letter.",
    "warning",
)
UNUSED_NAME = Code(
    "unused-name",
    "A fact or a parameter is never used.",
    "Use it in a rule, or delete it.",
    "warning",
)
UNKNOWN_VALUE = Code(
    "unknown-value",
    "A condition compares with a text that no document has, though a similar one exists, or it "
    "names a word outside the vocabulary of the rulebook.",
    "Use the text that the message suggests, or add the word to 'vocabularies:'.",
    "warning",
)
SATURATED_SCORER = Code(
    "saturated-scorer",
    "Nearly all profiles are in one band, so the scorer barely separates them.",
    "Run 'assay rules cutpoints' for bands that separate them.",
    "info",
)
