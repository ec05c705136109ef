-- What lists, due dates and audits read of a case; made from its newest record, and made anew where the number is another than
-- the program's.
ALTER TABLE cases ADD COLUMN register_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN died_on TEXT;
ALTER TABLE cases ADD COLUMN last_alive_on TEXT;
CREATE INDEX cases_by_time ON cases (saved_at);
CREATE INDEX audit_by_time ON audit (at);

CREATE TABLE episodes (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    id          TEXT NOT NULL,
    number      INTEGER NOT NULL,
    index_date  TEXT NOT NULL,
    urgent      INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    has_decision INTEGER NOT NULL CHECK (has_decision IN (0, 1)),
    decided_on  TEXT,
    option      TEXT,
    deferred    INTEGER NOT NULL CHECK (deferred IN (0, 1)),
    signed_at   TEXT,
    signed_by   TEXT,
    dissenting  INTEGER NOT NULL,
    addenda     INTEGER NOT NULL,
    by_forecast INTEGER NOT NULL CHECK (by_forecast IN (0, 1)),
    carried_out TEXT,
    reason      TEXT,
    forecast    TEXT,
    estimate_3  REAL,
    estimate_12 REAL,
    PRIMARY KEY (case_id, id)
) STRICT;
CREATE INDEX episodes_by_day ON episodes (decided_on);
CREATE INDEX episodes_unsigned ON episodes (index_date) WHERE has_decision = 1 AND signed_at IS NULL;

CREATE TABLE actions (
    case_id    TEXT NOT NULL REFERENCES cases (id),
    episode_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    what       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    due_on     TEXT,
    done_on    TEXT,
    PRIMARY KEY (case_id, episode_id, id)
) STRICT;
CREATE INDEX actions_open ON actions (due_on) WHERE done_on IS NULL;

CREATE TABLE clock (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    episode_id  TEXT NOT NULL,
    interval_id TEXT NOT NULL,
    started_on  TEXT NOT NULL,
    ended_on    TEXT,
    urgent      INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    PRIMARY KEY (case_id, episode_id, interval_id)
) STRICT;
CREATE INDEX clock_open ON clock (interval_id, urgent, started_on) WHERE ended_on IS NULL;
CREATE INDEX clock_by_start ON clock (started_on);

CREATE TABLE follow_ups_due (
    case_id    TEXT NOT NULL REFERENCES cases (id),
    episode_id TEXT NOT NULL,
    months     INTEGER NOT NULL,
    due_on     TEXT NOT NULL,
    answered   INTEGER NOT NULL CHECK (answered IN (0, 1)),
    PRIMARY KEY (case_id, episode_id, months)
) STRICT;
CREATE INDEX follow_ups_open ON follow_ups_due (due_on) WHERE answered = 0;

-- Meetings, each with the whole record after every saved change.
CREATE TABLE meetings (
    id       TEXT PRIMARY KEY CHECK (id <> ''),
    revision INTEGER NOT NULL,
    held_on  TEXT NOT NULL,
    title    TEXT NOT NULL,
    closed   INTEGER NOT NULL CHECK (closed IN (0, 1)),
    saved_at TEXT NOT NULL
) STRICT;
CREATE INDEX meetings_by_day ON meetings (held_on);

CREATE TABLE meeting_revisions (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    number     INTEGER NOT NULL CHECK (number >= 1),
    record     TEXT NOT NULL,
    author     TEXT NOT NULL,
    saved_at   TEXT NOT NULL,
    PRIMARY KEY (meeting_id, number)
) STRICT;

CREATE TABLE agenda (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    position   INTEGER NOT NULL,
    case_id    TEXT NOT NULL,
    state      TEXT NOT NULL,
    PRIMARY KEY (meeting_id, position)
) STRICT;
CREATE INDEX agenda_by_case ON agenda (case_id);

CREATE TRIGGER meetings_are_kept BEFORE DELETE ON meetings
BEGIN SELECT raise(ABORT, 'meetings are never deleted'); END;
CREATE TRIGGER meeting_revisions_follow BEFORE INSERT ON meeting_revisions
WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM meeting_revisions WHERE meeting_id = NEW.meeting_id)
BEGIN SELECT raise(ABORT, 'revision numbers are consecutive'); END;
CREATE TRIGGER meeting_revisions_stay BEFORE UPDATE ON meeting_revisions
BEGIN SELECT raise(ABORT, 'revisions are never changed'); END;
CREATE TRIGGER meeting_revisions_are_kept BEFORE DELETE ON meeting_revisions
BEGIN SELECT raise(ABORT, 'revisions are never deleted'); END;

-- What people wrote, for a search: of a case or of a meeting.
CREATE TABLE texts (
    number INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('case', 'meeting')),
    id     TEXT NOT NULL,
    text   TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;
CREATE VIRTUAL TABLE texts_index USING fts5 (
    text, content = 'texts', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER texts_in AFTER INSERT ON texts
BEGIN INSERT INTO texts_index (rowid, text) VALUES (NEW.number, NEW.text); END;
CREATE TRIGGER texts_out AFTER DELETE ON texts
BEGIN INSERT INTO texts_index (texts_index, rowid, text) VALUES ('delete', OLD.number, OLD.text); END;
CREATE TRIGGER texts_change AFTER UPDATE ON texts
BEGIN
    INSERT INTO texts_index (texts_index, rowid, text) VALUES ('delete', OLD.number, OLD.text);
    INSERT INTO texts_index (rowid, text) VALUES (NEW.number, NEW.text);
END;
