"""Codes of files, values, and links between documents."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

# Files

UNREADABLE_FILE = Code(
    "unreadable-file",
    "The file cannot be opened, or it is not a plain file.",
    "Change the file's permissions, or move it out of profiles/.",
)
SHEET_MISTAKE = Code(
    "sheet-mistake",
    "A cell of a sheet cannot be read, or its row does not identify a document or claim.",
    "Correct the cell; the reference page on sheets lists the values of each column.",
)
SHEET_COLUMN_NOT_READ = Code(
    "sheet-column-not-read",
    "A sheet has a column that no document or claim has.",
    "Ignore this for a column of your own; 'assay sheet export' writes all columns that are read.",
    "warning",
)
TABLE_MISTAKE = Code(
    "table-mistake",
    "A bulk table cannot be read, lacks a column, or has rows that contradict each other.",
    "Write the tables again with the columns, types and order given on the page on bulk tables.",
)
OUTSIDE_WORKSPACE = Code(
    "outside-workspace",
    "A link in profiles/ leads out of the workspace.",
    "Replace the link by a copy of the file.",
)
FILE_TOO_LARGE = Code(
    "file-too-large",
    "The file is too large to be read.",
    "Split it: profiles/ may have any number of files and folders.",
)
BINARY_FILE = Code(
    "binary-file", "The file is not text.", "Remove it from profiles/, or save it as text in UTF-8."
)
NOT_UTF8 = Code("not-utf8", "The encoding of the file is not UTF-8.", "Save the file as UTF-8.")
CONTROL_CHARACTER = Code(
    "control-character",
    "The file or text contains a control character, or one that changes the direction of text.",
    "Remove the character; texts in any script are shown in their own direction.",
)
COLUMN_TYPE = Code(
    "column-type",
    "A column of a Parquet file has a type that no document has.",
    "Use texts, numbers, true or false, dates, or lists and structs of these.",
)
MERGE_CONFLICT = Code(
    "merge-conflict",
    "The file contains conflict markers of git.",
    "Keep one version, and delete the lines that start with <<<<<<<, ======= and >>>>>>>.",
)
EMPTY_FILE = Code(
    "empty-file", "The file contains no document.", "Add a document, or delete the file.", "warning"
)

# YAML

YAML_SYNTAX = Code(
    "yaml-syntax", "The text is not valid YAML.", 'title: "A text with a colon: in quotes"'
)
JSON_SYNTAX = Code(
    "json-syntax",
    "A line of a .jsonl file is not a document in JSON.",
    '{"kind": "publisher", "id": "daily-example", "name": "The Daily Example"}',
)
TAB_INDENTATION = Code(
    "tab-indentation",
    "A line is indented with a tab; YAML allows only spaces.",
    "Indent by two spaces.",
)
DUPLICATE_KEY = Code("duplicate-key", "A mapping has the same key twice.", "Delete one of the two.")
YAML_ALIAS = Code(
    "yaml-alias",
    "Anchors (&name) and aliases (*name) are not supported.",
    "Repeat the value, so that a diff can show it.",
)
YAML_TAG = Code(
    "yaml-tag", "Tags (!name) are not supported.", "Write the plain value without the tag."
)
MERGE_KEY = Code(
    "merge-key", "The merge key << is not supported.", "Repeat the keys in each mapping."
)
NESTED_TOO_DEEP = Code(
    "nested-too-deep",
    "Lists and mappings are nested deeper than in any document.",
    "claims:\n  - id: first",
)
NOT_A_NUMBER = Code(
    "not-a-number",
    "The value is infinite or not a number.",
    "Leave the key out if the number is unknown.",
)
NUMBER_TOO_LARGE = Code(
    "number-too-large", "The whole number needs more than 64 bits.", 'name: "12345678901234567890"'
)
KEY_NOT_TEXT = Code(
    "key-not-text",
    "A key is not text: it is a number, true or false, empty, or a collection.",
    '"2024": 12',
)
NOT_A_MAPPING = Code(
    "not-a-mapping",
    "A document must be a mapping of keys to values.",
    "kind: source\nid: example-2024-01-29",
)
BAD_INCLUDE = Code(
    "bad-include",
    "An included rule file does not exist, is outside the folder, is included twice, or does "
    "not contain only rules.",
    "include: [rules/evidence.yaml, rules/impact.yaml]",
)
TOO_MANY_MISTAKES = Code(
    "too-many-mistakes",
    "A file has more errors than are listed.",
    "Correct the listed ones and check again.",
)

# Single values

MISSING_KIND = Code("missing-kind", "The document has no kind.", "kind: institution")
UNKNOWN_KIND = Code("unknown-kind", "The kind of the document is unknown.", "kind: institution")
UNKNOWN_KEY = Code("unknown-key", "The key is unknown in this mapping.", "region: Asia Pacific")
MISSING_KEY = Code("missing-key", "A required key is missing.", "name: Example Regulator")
WRONG_TYPE = Code("wrong-type", "The value has the wrong type.", 'name: "2024"')
UNKNOWN_WORD = Code(
    "unknown-word", "The value is not one of the allowed words.", "stance: disputes"
)
UNSAFE_ID = Code(
    "unsafe-id",
    "An id may contain only lower-case letters, digits and single hyphens.",
    "id: example-regulator",
)
BAD_FORM = Code("bad-form", "The text does not have the required form.", "relation: part_of")
IMPOSSIBLE_DATE = Code(
    "impossible-date",
    "The value is not a date, or its date does not exist.",
    "published: 2024-01-29",
)
UNSAFE_ADDRESS = Code(
    "unsafe-address",
    "The value is not a web address that starts with https:// or http://.",
    "url: https://example.org/report",
)
TOO_LONG = Code(
    "too-long", "The text, or the list, is too long.", "Split the text into several claims."
)
EMPTY_TEXT = Code(
    "empty-text", "The text, or the list, is empty.", "Add a value, or remove the key."
)
OUT_OF_RANGE = Code(
    "out-of-range", "The number is out of range, or has too many decimals.", "credibility: 2"
)
DOES_NOT_FIT = Code(
    "does-not-fit",
    "Two values of one mapping contradict each other.",
    "date: 2024-01",
)

# Links between documents

DUPLICATE_ID = Code(
    "duplicate-id",
    "Two documents have the same id.",
    "Change one of them; all kinds of documents share their ids.",
)
DUPLICATE_CLAIM = Code(
    "duplicate-claim",
    "Two claims of one profile have the same id.",
    "Change the id of one of them.",
)
DANGLING_REFERENCE = Code(
    "dangling-reference", "The id does not exist.", "sources: [example-2024-01-29]"
)
WRONG_KIND = Code(
    "wrong-kind", "The id belongs to another kind of document.", "publisher: daily-example"
)
SELF_REFERENCE = Code(
    "self-reference",
    "A document or claim refers to itself.",
    "Refer to another one, or remove the reference.",
)
CIRCLE = Code(
    "circle", "References form a cycle.", "Remove the link that the documents do not support."
)
CITED_TWICE = Code(
    "cited-twice",
    "A claim cites the same source twice.",
    "sources:\n  - {id: example-2024-01-29, locator: paras 4 and 9}",
)
EDGE_TWICE = Code(
    "edge-twice",
    "Two profiles are linked twice by the same relation at the same time.",
    "depends_on:\n  - {on: example-ministry, relation: part_of, valid_until: 2019}\n"
    "  - {on: example-ministry, relation: part_of, valid_from: 2024}",
)
FORMER_ID_IN_USE = Code(
    "former-id-in-use",
    "A former id is in use, or belongs to two documents or claims of one kind.",
    "formerly: [example-office]",
)
IDENTIFIER_TWICE = Code(
    "identifier-twice",
    "Two profiles have the same identifier in a public register.",
    "identifiers: {wikidata: Q42}",
)
FACTOR_TWICE = Code(
    "factor-twice",
    "A profile rates the same factor twice.",
    "factors:\n  - {factor: severity, is: high, claims: [sites-blocked]}",
)
CITES_LATER = Code(
    "cites-later",
    "A source draws on one that was published later.",
    "Correct one of the two dates, or the link.",
)
RETRACTED_EARLY = Code(
    "retracted-early",
    "A source was retracted before it was published.",
    "published: 2024-01-29\nretracted: 2024-02-02",
)
DATES_OUT_OF_ORDER = Code(
    "dates-out-of-order",
    "A period ends before it starts.",
    "from: 2023-08\nuntil: 2024-01",
)
SAME_AND_NOT_SAME = Code(
    "same-and-not-same",
    "Two sources are reviewed both as the same and as independent.",
    "Remove one of the two decisions.",
)
UNKNOWN_AUDIENCE = Code(
    "unknown-audience", "The rulebook has no such audience.", "audience: public"
)
UNKNOWN_TERM = Code(
    "unknown-term",
    "The vocabulary of the rulebook has no such type, region, domain or relation.",
    "vocabularies:\n  regions: {Asia Pacific: East and South-East Asia with Oceania}",
    "warning",
)
UNKNOWN_FACTOR = Code(
    "unknown-factor",
    "The rulebook has no such factor, or does not ask it of such a profile.",
    "factors: [{factor: severity, is: high}]",
)
UNKNOWN_FACTOR_WORD = Code(
    "unknown-factor-word",
    "The scale of the factor has no such word.",
    "factors: [{factor: severity, is: high}]",
)
UNUSED_HORIZON = Code(
    "unused-horizon",
    "A watch item has a horizon, which nothing reads: its date says when to look.",
    "watch: [{text: The next budget, due: 2026-11}]",
    "info",
)
IMAGE_NOT_FOUND = Code(
    "image-not-found",
    "There is no such picture below profiles/.",
    "image: {src: images/hall.jpg, …}",
)
UNSAFE_IMAGE = Code(
    "unsafe-image",
    "A picture is not of the kind that its ending states, or an SVG file runs code or loads other "
    "content.",
    "Export it again as a plain picture, for example as PNG.",
)
