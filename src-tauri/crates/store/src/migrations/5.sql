-- What the columns of other programs' tables mean, by a name that a person gave.
CREATE TABLE import_mappings (
    name     TEXT PRIMARY KEY CHECK (name <> ''),
    mapping  TEXT NOT NULL,
    saved_at TEXT NOT NULL
) STRICT;

-- One row per imported table. The file itself is not kept, only its name without folders and its SHA-256.
CREATE TABLE imports (
    id            TEXT PRIMARY KEY CHECK (id <> ''),
    file_name     TEXT NOT NULL,
    sha256        TEXT NOT NULL CHECK (length(sha256) = 64),
    kind          TEXT NOT NULL,
    person        TEXT NOT NULL,
    person_id     TEXT NOT NULL,
    imported_at   TEXT NOT NULL,
    counts        TEXT NOT NULL,
    taken_back_at TEXT,
    taken_back_by TEXT
) STRICT;
CREATE INDEX imports_by_file ON imports (sha256);
CREATE TRIGGER imports_are_kept BEFORE DELETE ON imports
BEGIN SELECT raise(ABORT, 'imports are never deleted'); END;

-- Which revision of which case an import made; a case that was new has revision 0 before.
CREATE TABLE import_revisions (
    import_id       TEXT NOT NULL REFERENCES imports (id),
    case_id         TEXT NOT NULL REFERENCES cases (id),
    revision_before INTEGER NOT NULL CHECK (revision_before >= 0),
    revision_after  INTEGER NOT NULL CHECK (revision_after = revision_before + 1),
    PRIMARY KEY (import_id, case_id),
    FOREIGN KEY (case_id, revision_after) REFERENCES revisions (case_id, number)
) STRICT;
CREATE TRIGGER import_revisions_stay BEFORE UPDATE ON import_revisions
BEGIN SELECT raise(ABORT, 'what an import made is never changed'); END;
CREATE TRIGGER import_revisions_are_kept BEFORE DELETE ON import_revisions
BEGIN SELECT raise(ABORT, 'what an import made is never deleted'); END;

-- A case that only an import made, which was taken back: it stays in the record and leaves the lists.
ALTER TABLE cases ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1));
CREATE INDEX cases_listed ON cases (withdrawn, saved_at DESC, id);
