-- The log's person, its second form of hash and its signature; see audit/signing.rs.
ALTER TABLE audit ADD COLUMN person_id TEXT;
ALTER TABLE audit ADD COLUMN hash_version INTEGER NOT NULL DEFAULT 1 CHECK (hash_version IN (1, 2));
ALTER TABLE audit ADD COLUMN signature TEXT;

-- The key that signs the log, one per installation.
CREATE TABLE audit_signing (
    only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
    public_key   BLOB NOT NULL CHECK (length(public_key) = 32),
    secret_key   BLOB NOT NULL CHECK (length(secret_key) = 32),
    seal_salt    BLOB NOT NULL CHECK (length(seal_salt) = 32),
    first_number INTEGER NOT NULL CHECK (first_number >= 1),
    anchored     INTEGER NOT NULL DEFAULT 0 CHECK (anchored IN (0, 1))
) STRICT;

CREATE TRIGGER audit_signing_stays BEFORE UPDATE OF public_key, secret_key, seal_salt, first_number
ON audit_signing
BEGIN SELECT raise(ABORT, 'the signing key is never changed'); END;
CREATE TRIGGER audit_signing_is_kept BEFORE DELETE ON audit_signing
BEGIN SELECT raise(ABORT, 'the signing key is never deleted'); END;

-- Files that are being written under a temporary name; what is still here at the next opening was
-- left by an interruption and is removed.
CREATE TABLE unfinished_files (
    path TEXT PRIMARY KEY CHECK (path <> '')
) STRICT;
