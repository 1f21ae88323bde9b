"""Codes of files, values, and links between documents."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

# Files

UNREADABLE_FILE = Code(
    "unreadable-file",
    "error",
    "The file cannot be opened, or it is not a plain file.",
    "Change the file's permissions, or move it out of profiles/.",
)
SHEET_MISTAKE = Code(
    "sheet-mistake",
    "error",
    "A cell of a sheet cannot be read, or its row does not identify a document or claim.",
    "Correct the cell; the reference page on sheets lists the values of each column.",
)
SHEET_COLUMN_NOT_READ = Code(
    "sheet-column-not-read",
    "warning",
    "A sheet has a column that no document or claim has.",
    "Ignore this for a column of your own; 'assay sheet export' writes all columns that are read.",
)
TABLE_MISTAKE = Code(
    "table-mistake",
    "error",
    "A bulk table cannot be read, lacks a column, or has rows that contradict each other.",
    "Write the tables again with the columns, types and order given on the page on bulk tables.",
)
OUTSIDE_WORKSPACE = Code(
    "outside-workspace",
    "error",
    "A link in profiles/ leads out of the workspace.",
    "Replace the link by a copy of the file.",
)
FILE_TOO_LARGE = Code(
    "file-too-large",
    "error",
    "The file is too large to be read.",
    "Split it: profiles/ may have any number of files and folders.",
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
    "The encoding of the file is not UTF-8.",
    "Save the file as UTF-8.",
)
CONTROL_CHARACTER = Code(
    "control-character",
    "error",
    "The file contains an invisible character that YAML does not allow.",
    "Delete the character.",
)
COLUMN_TYPE = Code(
    "column-type",
    "error",
    "A column of a Parquet file has a type that no document has.",
    "Use texts, numbers, true or false, dates, or lists and structs of these.",
)
MERGE_CONFLICT = Code(
    "merge-conflict",
    "error",
    "The file contains conflict markers of git.",
    "Keep one version, and delete the lines that start with <<<<<<<, ======= and >>>>>>>.",
)
EMPTY_FILE = Code(
    "empty-file",
    "warning",
    "The file contains no document.",
    "Add a document, or delete the file.",
)

# YAML

YAML_SYNTAX = Code(
    "yaml-syntax",
    "error",
    "The text is not valid YAML.",
    'title: "A text with a colon: in quotes"',
)
JSON_SYNTAX = Code(
    "json-syntax",
    "error",
    "A line of a .jsonl file is not a document in JSON.",
    '{"kind": "publisher", "id": "daily-example", "name": "The Daily Example"}',
)
TAB_INDENTATION = Code(
    "tab-indentation",
    "error",
    "A line is indented with a tab; YAML allows only spaces.",
    "Indent by two spaces.",
)
DUPLICATE_KEY = Code(
    "duplicate-key",
    "error",
    "A mapping has the same key twice.",
    "Delete one of the two.",
)
YAML_ALIAS = Code(
    "yaml-alias",
    "error",
    "Anchors (&name) and aliases (*name) are not supported.",
    "Repeat the value, so that a diff can show it.",
)
YAML_TAG = Code(
    "yaml-tag",
    "error",
    "Tags (!name) are not supported.",
    "Write the plain value without the tag.",
)
MERGE_KEY = Code(
    "merge-key",
    "error",
    "The merge key << is not supported.",
    "Repeat the keys in each mapping.",
)
NESTED_TOO_DEEP = Code(
    "nested-too-deep",
    "error",
    "Lists and mappings are nested deeper than in any document.",
    "claims:\n  - id: first",
)
NOT_A_NUMBER = Code(
    "not-a-number",
    "error",
    "The value is infinite or not a number.",
    "Leave the key out if the number is unknown.",
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
    "A key is not text: it is a number, true or false, empty, or a collection.",
    '"2024": 12',
)
NOT_A_MAPPING = Code(
    "not-a-mapping",
    "error",
    "A document must be a mapping of keys to values.",
    "kind: source\nid: example-2024-01-29",
)
BAD_INCLUDE = Code(
    "bad-include",
    "error",
    "An included rule file does not exist, is outside the folder, is included twice, or does "
    "not contain only rules.",
    "include: [rules/evidence.yaml, rules/impact.yaml]",
)
TOO_MANY_MISTAKES = Code(
    "too-many-mistakes",
    "error",
    "A file has more errors than are listed.",
    "Correct the listed ones and check again.",
)

# Single values

MISSING_KIND = Code(
    "missing-kind",
    "error",
    "The document has no kind.",
    "kind: institution",
)
UNKNOWN_KIND = Code(
    "unknown-kind",
    "error",
    "The kind of the document is unknown.",
    "kind: institution",
)
UNKNOWN_KEY = Code(
    "unknown-key",
    "error",
    "The key is unknown in this mapping.",
    "region: Asia Pacific",
)
MISSING_KEY = Code(
    "missing-key",
    "error",
    "A required key is missing.",
    "name: Example Regulator",
)
WRONG_TYPE = Code(
    "wrong-type",
    "error",
    "The value has the wrong type.",
    'name: "2024"',
)
UNKNOWN_WORD = Code(
    "unknown-word",
    "error",
    "The value is not one of the allowed words.",
    "stance: disputes",
)
UNSAFE_ID = Code(
    "unsafe-id",
    "error",
    "An id may contain only lower-case letters, digits and single hyphens.",
    "id: example-regulator",
)
BAD_FORM = Code(
    "bad-form",
    "error",
    "The text does not have the required form.",
    "relation: part_of",
)
IMPOSSIBLE_DATE = Code(
    "impossible-date",
    "error",
    "The value is not a date, or its date does not exist.",
    "published: 2024-01-29",
)
UNSAFE_ADDRESS = Code(
    "unsafe-address",
    "error",
    "The value is not a web address that starts with https:// or http://.",
    "url: https://example.org/report",
)
TOO_LONG = Code(
    "too-long",
    "error",
    "The text is too long.",
    "Split the text into several claims.",
)
EMPTY_TEXT = Code(
    "empty-text",
    "error",
    "The text, or the list, is empty.",
    "Add a value, or remove the key.",
)
OUT_OF_RANGE = Code(
    "out-of-range",
    "error",
    "The number is out of range, or has too many decimals.",
    "credibility: 2",
)
DOES_NOT_FIT = Code(
    "does-not-fit",
    "error",
    "Two values of one mapping contradict each other.",
    "from: 2023-08\nuntil: 2024-01",
)

# Links between documents

DUPLICATE_ID = Code(
    "duplicate-id",
    "error",
    "Two documents have the same id.",
    "Change one of them; all kinds of documents share their ids.",
)
DUPLICATE_CLAIM = Code(
    "duplicate-claim",
    "error",
    "Two claims of one profile have the same id.",
    "Change the id of one of them.",
)
DANGLING_REFERENCE = Code(
    "dangling-reference",
    "error",
    "The id does not exist.",
    "sources: [example-2024-01-29]",
)
WRONG_KIND = Code(
    "wrong-kind",
    "error",
    "The id belongs to another kind of document.",
    "publisher: daily-example",
)
SELF_REFERENCE = Code(
    "self-reference",
    "error",
    "A document or claim refers to itself.",
    "Refer to another one, or remove the reference.",
)
CIRCLE = Code(
    "circle",
    "error",
    "References form a cycle.",
    "Remove the link that the documents do not support.",
)
CITED_TWICE = Code(
    "cited-twice",
    "error",
    "A claim cites the same source twice.",
    "sources:\n  - {id: example-2024-01-29, locator: paras 4 and 9}",
)
CITES_LATER = Code(
    "cites-later",
    "error",
    "A source draws on one that was published later.",
    "Correct one of the two dates, or the link.",
)
RETRACTED_EARLY = Code(
    "retracted-early",
    "error",
    "A source was retracted before it was published.",
    "published: 2024-01-29\nretracted: 2024-02-02",
)
SAME_AND_NOT_SAME = Code(
    "same-and-not-same",
    "error",
    "Two sources are reviewed both as the same and as independent.",
    "Remove one of the two decisions.",
)
UNKNOWN_AUDIENCE = Code(
    "unknown-audience",
    "error",
    "The rulebook has no such audience.",
    "audience: public",
)
IMAGE_NOT_FOUND = Code(
    "image-not-found",
    "error",
    "There is no such picture below profiles/.",
    "image: {src: images/hall.jpg, …}",
)
