-- One row per case: where it stands and what the list shows and searches.
CREATE TABLE cases (
    id             TEXT PRIMARY KEY CHECK (id <> ''),
    revision       INTEGER NOT NULL,
    family_name    TEXT NOT NULL,
    given_name     TEXT NOT NULL,
    patient_id     TEXT NOT NULL,
    primary_tumour TEXT,
    index_date     TEXT,
    synthetic      INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
    saved_at       TEXT NOT NULL,
    search_text    TEXT NOT NULL
) STRICT;

-- The whole record after every saved change.
CREATE TABLE revisions (
    case_id      TEXT NOT NULL REFERENCES cases (id),
    number       INTEGER NOT NULL CHECK (number >= 1),
    record       TEXT NOT NULL,
    author       TEXT NOT NULL,
    saved_at     TEXT NOT NULL,
    summary_code TEXT NOT NULL CHECK (summary_code <> '' AND summary_code NOT GLOB '*[^a-z0-9_.]*'),
    PRIMARY KEY (case_id, number)
) STRICT;

-- What was typed into a field and not yet committed.
CREATE TABLE drafts (
    case_id    TEXT NOT NULL REFERENCES cases (id),
    field      TEXT NOT NULL CHECK (field <> ''),
    content    TEXT NOT NULL,
    author     TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (case_id, field)
) STRICT;

-- The pixels of a marked image, so that it can be printed without its DICOM files.
CREATE TABLE key_images (
    id        TEXT PRIMARY KEY CHECK (id <> ''),
    case_id   TEXT NOT NULL REFERENCES cases (id),
    geometry  TEXT NOT NULL,
    pixels    BLOB NOT NULL,
    author    TEXT NOT NULL,
    stored_at TEXT NOT NULL
) STRICT;

-- Results as they were shown, with the versions that made them.
CREATE TABLE assessments (
    number       INTEGER PRIMARY KEY,
    case_id      TEXT NOT NULL,
    revision     INTEGER NOT NULL,
    index_date   TEXT NOT NULL,
    app_version  TEXT NOT NULL,
    pack_name    TEXT,
    pack_version TEXT,
    pack_sha256  TEXT,
    record       TEXT NOT NULL,
    stored_at    TEXT NOT NULL,
    FOREIGN KEY (case_id, revision) REFERENCES revisions (case_id, number)
) STRICT;
CREATE INDEX assessments_by_case ON assessments (case_id, revision);

-- The chained log. The hashes are SHA-256 in lower-case hexadecimal.
CREATE TABLE audit (
    number        INTEGER PRIMARY KEY CHECK (number >= 1),
    at            TEXT NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL CHECK (action <> '' AND action NOT GLOB '*[^a-z0-9_.]*'),
    case_id       TEXT,
    revision      INTEGER,
    details_hash  TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
) STRICT;

-- The end of the log, kept a second time so that a cut tail is noticed.
CREATE TABLE audit_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    number   INTEGER NOT NULL,
    hash     TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY CHECK (name <> ''),
    value TEXT NOT NULL
) STRICT;

CREATE TRIGGER revisions_follow BEFORE INSERT ON revisions
WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM revisions WHERE case_id = NEW.case_id)
BEGIN SELECT raise(ABORT, 'revision numbers are consecutive'); END;
CREATE TRIGGER revisions_stay BEFORE UPDATE ON revisions
BEGIN SELECT raise(ABORT, 'revisions are never changed'); END;
CREATE TRIGGER revisions_are_kept BEFORE DELETE ON revisions
BEGIN SELECT raise(ABORT, 'revisions are never deleted'); END;

CREATE TRIGGER cases_are_kept BEFORE DELETE ON cases
BEGIN SELECT raise(ABORT, 'cases are never deleted'); END;

CREATE TRIGGER key_images_new BEFORE INSERT ON key_images
WHEN EXISTS (SELECT 1 FROM key_images WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'key images are never changed'); END;
CREATE TRIGGER key_images_stay BEFORE UPDATE ON key_images
BEGIN SELECT raise(ABORT, 'key images are never changed'); END;
CREATE TRIGGER key_images_are_kept BEFORE DELETE ON key_images
BEGIN SELECT raise(ABORT, 'key images are never deleted'); END;

CREATE TRIGGER assessments_follow BEFORE INSERT ON assessments
WHEN EXISTS (SELECT 1 FROM assessments WHERE number = NEW.number)
BEGIN SELECT raise(ABORT, 'assessments are never changed'); END;
CREATE TRIGGER assessments_stay BEFORE UPDATE ON assessments
BEGIN SELECT raise(ABORT, 'assessments are never changed'); END;
CREATE TRIGGER assessments_are_kept BEFORE DELETE ON assessments
BEGIN SELECT raise(ABORT, 'assessments are never deleted'); END;

CREATE TRIGGER audit_follows BEFORE INSERT ON audit
WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM audit)
BEGIN SELECT raise(ABORT, 'audit numbers are consecutive'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is never deleted'); END;
