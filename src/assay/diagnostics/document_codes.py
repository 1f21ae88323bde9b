"""Codes of files, of single values and of links between documents."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

# Files

UNREADABLE_FILE = Code(
    "unreadable-file",
    "error",
    "The file cannot be opened, or it is not a plain file.",
    "Give yourself the right to read it, or move it out of profiles/.",
)
SHEET_MISTAKE = Code(
    "sheet-mistake",
    "error",
    "A cell of a sheet cannot be read, or its row does not say what it is about.",
    "Correct the cell; its column says what may stand there.",
)
SHEET_COLUMN_NOT_READ = Code(
    "sheet-column-not-read",
    "warning",
    "A sheet has a column that stands for nothing in a document.",
    "Leave it if it is for your own use; 'assay sheet export' writes all columns that are read.",
)
TABLE_MISTAKE = Code(
    "table-mistake",
    "error",
    "A bulk table cannot be read, lacks a column, or has rows that do not fit together.",
    "Write the tables anew with the columns, types and order that the page on bulk tables names.",
)
OUTSIDE_WORKSPACE = Code(
    "outside-workspace",
    "error",
    "A link in profiles/ leads out of the workspace.",
    "Copy the file into profiles/ in place of the link.",
)
FILE_TOO_LARGE = Code(
    "file-too-large",
    "error",
    "The file is larger than assay reads in one piece.",
    "Split it: any number of files and folders below profiles/ is fine.",
)
BINARY_FILE = Code(
    "binary-file",
    "error",
    "The file is not text.",
    "Remove it from profiles/, or save it as text in UTF-8.",
)
NOT_UTF8 = Code(
    "not-utf8",
    "error",
    "The file is text in another encoding than UTF-8.",
    "Save the file as UTF-8.",
)
CONTROL_CHARACTER = Code(
    "control-character",
    "error",
    "An invisible character that YAML does not allow.",
    "Delete the character.",
)
COLUMN_TYPE = Code(
    "column-type",
    "error",
    "A column of a Parquet file holds values of a type that no document has.",
    "Write it as texts, numbers, truth values, dates, or lists and structs of these.",
)
MERGE_CONFLICT = Code(
    "merge-conflict",
    "error",
    "Git left two versions of some lines in the file, or the marker of a conflict.",
    "Keep one version, and delete the lines that start with <<<<<<<, ======= and >>>>>>>.",
)
EMPTY_FILE = Code(
    "empty-file",
    "warning",
    "The file holds no document.",
    "Write a document, or delete the file.",
)

# YAML

YAML_SYNTAX = Code(
    "yaml-syntax",
    "error",
    "The text is not YAML.",
    'title: "A text with a colon: in quotes"',
)
JSON_SYNTAX = Code(
    "json-syntax",
    "error",
    "A line of a .jsonl file is not one document in JSON.",
    '{"kind": "publisher", "id": "daily-example", "name": "The Daily Example"}',
)
TAB_INDENTATION = Code(
    "tab-indentation",
    "error",
    "A line is indented with a tab; YAML allows spaces only.",
    "Indent by two spaces.",
)
DUPLICATE_KEY = Code(
    "duplicate-key",
    "error",
    "The same key stands twice in one mapping.",
    "Keep one of the two.",
)
YAML_ALIAS = Code(
    "yaml-alias",
    "error",
    "Anchors (&name) and aliases (*name) are not read.",
    "Write the value out: a copy is what a diff can show.",
)
YAML_TAG = Code(
    "yaml-tag",
    "error",
    "Tags (!name) are not read.",
    "Write the plain value without the tag.",
)
MERGE_KEY = Code(
    "merge-key",
    "error",
    "The merge key << is not read.",
    "Write the keys out where they belong.",
)
NESTED_TOO_DEEP = Code(
    "nested-too-deep",
    "error",
    "Lists and mappings are nested deeper than any document needs.",
    "claims:\n  - id: first",
)
NOT_A_NUMBER = Code(
    "not-a-number",
    "error",
    "The value is infinite or not a number.",
    "Leave the key out where a figure is unknown.",
)
NUMBER_TOO_LARGE = Code(
    "number-too-large",
    "error",
    "The whole number needs more than 64 bits.",
    'name: "12345678901234567890"',
)
KEY_NOT_TEXT = Code(
    "key-not-text",
    "error",
    "A key is a number, a truth value, empty, or a collection.",
    '"2024": 12',
)
NOT_A_MAPPING = Code(
    "not-a-mapping",
    "error",
    "A document is a mapping of keys to values, and this is not one.",
    "kind: source\nid: example-2024-01-29",
)
BAD_INCLUDE = Code(
    "bad-include",
    "error",
    "A rule file includes one that is not there, outside, included already, or holds more than "
    "rules.",
    "include: [rules/evidence.yaml, rules/impact.yaml]",
)
TOO_MANY_MISTAKES = Code(
    "too-many-mistakes",
    "error",
    "One file has more mistakes than are listed.",
    "Correct those that are shown and check again.",
)

# Single values

MISSING_KIND = Code(
    "missing-kind",
    "error",
    "The document does not say what it is.",
    "kind: institution",
)
UNKNOWN_KIND = Code(
    "unknown-kind",
    "error",
    "There is no such kind of document.",
    "kind: institution",
)
UNKNOWN_KEY = Code(
    "unknown-key",
    "error",
    "The key is not one that assay reads here.",
    "region: Asia Pacific",
)
MISSING_KEY = Code(
    "missing-key",
    "error",
    "A key that is needed here is missing.",
    "name: Example Regulator",
)
WRONG_TYPE = Code(
    "wrong-type",
    "error",
    "The value is of another type than is wanted here.",
    'name: "2024"',
)
UNKNOWN_WORD = Code(
    "unknown-word",
    "error",
    "The value is not one of the words that are possible here.",
    "stance: disputes",
)
UNSAFE_ID = Code(
    "unsafe-id",
    "error",
    "An id is lower-case letters, digits and single hyphens.",
    "id: example-regulator",
)
BAD_FORM = Code(
    "bad-form",
    "error",
    "The text does not have the form that is wanted here.",
    "relation: part_of",
)
IMPOSSIBLE_DATE = Code(
    "impossible-date",
    "error",
    "Not a date of the calendar, or not written as one.",
    "published: 2024-01-29",
)
UNSAFE_ADDRESS = Code(
    "unsafe-address",
    "error",
    "Not a web address that starts with https:// or http://.",
    "url: https://example.org/report",
)
TOO_LONG = Code(
    "too-long",
    "error",
    "The text is longer than there is room for.",
    "Split the text into several claims.",
)
EMPTY_TEXT = Code(
    "empty-text",
    "error",
    "The text, or the list, is empty.",
    "Write it, or remove the key.",
)
OUT_OF_RANGE = Code(
    "out-of-range",
    "error",
    "The number is too small or too large, or has too many decimals.",
    "credibility: 2",
)
DOES_NOT_FIT = Code(
    "does-not-fit",
    "error",
    "Two values of one mapping do not go together.",
    "from: 2023-08\nuntil: 2024-01",
)

# Links between documents

DUPLICATE_ID = Code(
    "duplicate-id",
    "error",
    "Two documents have the same id.",
    "Ids are shared by all kinds: give one of the two another.",
)
DUPLICATE_CLAIM = Code(
    "duplicate-claim",
    "error",
    "Two claims of one profile have the same id.",
    "Give one of the two another id.",
)
DANGLING_REFERENCE = Code(
    "dangling-reference",
    "error",
    "The id that is named does not exist.",
    "sources: [example-2024-01-29]",
)
WRONG_KIND = Code(
    "wrong-kind",
    "error",
    "The id that is named is that of another kind of document.",
    "publisher: daily-example",
)
SELF_REFERENCE = Code(
    "self-reference",
    "error",
    "Something refers to itself.",
    "Name another one, or remove the reference.",
)
CIRCLE = Code(
    "circle",
    "error",
    "A chain of references leads back to its beginning.",
    "Remove the link that the documents do not bear out.",
)
CITED_TWICE = Code(
    "cited-twice",
    "error",
    "One claim cites the same source twice.",
    "sources:\n  - {id: example-2024-01-29, locator: paras 4 and 9}",
)
CITES_LATER = Code(
    "cites-later",
    "error",
    "A source draws on one that was published after it.",
    "Correct one of the two dates, or the link.",
)
RETRACTED_EARLY = Code(
    "retracted-early",
    "error",
    "A source is retracted before it was published.",
    "published: 2024-01-29\nretracted: 2024-02-02",
)
SAME_AND_NOT_SAME = Code(
    "same-and-not-same",
    "error",
    "Two sources are decided to be the same and not the same.",
    "Keep one of the two decisions.",
)
UNKNOWN_AUDIENCE = Code(
    "unknown-audience",
    "error",
    "The rulebook lists no such audience.",
    "audience: public",
)
IMAGE_NOT_FOUND = Code(
    "image-not-found",
    "error",
    "There is no such picture below profiles/.",
    "image: {src: images/hall.jpg, …}",
)
