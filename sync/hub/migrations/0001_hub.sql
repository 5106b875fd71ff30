-- Every key begins with the unit, so that a database spread over many machines can keep a unit together.
-- Hashes, ids and public keys are the text people see elsewhere; times are milliseconds since 1970.

CREATE TABLE units (
    unit           TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    device_key     TEXT NOT NULL,
    version        TEXT NOT NULL,
    enrolled_at    INTEGER NOT NULL,
    last_seen      INTEGER,
    shut_out       INTEGER NOT NULL DEFAULT 0,
    -- What the box has seen of its downlink, where that is more than we hold: we come from an old backup.
    downlink_floor INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Only the hash of a code is kept: who reads the database cannot enrol with it.
CREATE TABLE enrol_codes (
    unit        TEXT NOT NULL,
    code_hash   TEXT NOT NULL,
    name        TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    used_by     TEXT,
    PRIMARY KEY (unit, code_hash)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX enrol_codes_by_hash ON enrol_codes (code_hash);

CREATE TABLE journals (
    unit       TEXT NOT NULL,
    journal    TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    hash       TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (unit, journal)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    unit        TEXT NOT NULL,
    journal     TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    hash        TEXT NOT NULL,
    entry       TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (unit, journal, seq)
) STRICT, WITHOUT ROWID;

-- A blob some entry names; whole_at is set once its bytes are at rest in the folder and their hash is right.
CREATE TABLE blobs (
    unit     TEXT NOT NULL,
    name     TEXT NOT NULL,
    journal  TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    urgency  INTEGER NOT NULL DEFAULT 0,
    whole_at INTEGER,
    PRIMARY KEY (unit, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_missing ON blobs (unit, journal, urgency DESC, seq) WHERE whole_at IS NULL;

-- The register line of a document as its latest entry has it. `place` is the order of first arrival over all
-- units: pages are cut by it. `receipted` is the pdf ('' for none) the last receipt "arrived" was about.
CREATE TABLE lines (
    unit        TEXT NOT NULL,
    document    TEXT NOT NULL,
    place       INTEGER NOT NULL,
    journal     TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    book        TEXT NOT NULL,
    pdf         TEXT,
    line        TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    receipted   TEXT,
    PRIMARY KEY (unit, document)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lines_by_place ON lines (place);
CREATE INDEX lines_by_pdf ON lines (unit, pdf);

CREATE TABLE downlink (
    unit    TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (unit, seq)
) STRICT, WITHOUT ROWID;

-- A box that came with another history than the one held.
CREATE TABLE forks (
    unit     TEXT NOT NULL,
    journal  TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (unit, journal, seq)
) STRICT, WITHOUT ROWID;

-- The hub's own: its name, the hash of its operator's password. Belongs to no unit.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
