-- The people of this installation. Their secrets are kept only as what Argon2id makes of them.
CREATE TABLE people (
    id             TEXT PRIMARY KEY CHECK (id <> ''),
    name           TEXT NOT NULL CHECK (name <> ''),
    name_folded    TEXT NOT NULL UNIQUE,
    specialty      TEXT NOT NULL,
    role           TEXT NOT NULL CHECK (role IN ('coordinator', 'member', 'chair')),
    active         INTEGER NOT NULL CHECK (active IN (0, 1)),
    added_at       TEXT NOT NULL,
    salt           BLOB NOT NULL CHECK (length(salt) = 16),
    memory_kib     INTEGER NOT NULL,
    passes         INTEGER NOT NULL,
    lanes          INTEGER NOT NULL,
    hardened       BLOB NOT NULL CHECK (length(hardened) = 32),
    wrong_in_a_row INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TRIGGER people_are_kept BEFORE DELETE ON people
BEGIN SELECT raise(ABORT, 'people are never deleted'); END;

-- The wrapping keys of the recovery key and of the system's keychain, so that a new data key can
-- be put under them without asking for them.
CREATE TABLE wrapping_keys (
    kind     TEXT PRIMARY KEY CHECK (kind IN ('recovery', 'keychain')),
    bytes    BLOB NOT NULL CHECK (length(bytes) = 32),
    made_at  TEXT NOT NULL
) STRICT;
