-- What one enrolment of one device holds. Encrypted as a whole (SQLCipher); times are UTC, RFC 3339 unless named `_ms`.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The scopes of this device. `cursor` is opaque; `allowed` is what the server said last.
CREATE TABLE scope (
    scope   TEXT NOT NULL PRIMARY KEY,
    cursor  TEXT,
    allowed INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Which record is held because of which scope. `record` is `entity`, `fact`, `sealed`, `finding`, `reference`, `opaque`.
CREATE TABLE membership (
    record TEXT NOT NULL,
    id     TEXT NOT NULL,
    scope  TEXT NOT NULL,
    PRIMARY KEY (record, id, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_scope ON membership (scope);

CREATE TABLE entity (
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- One field of one entity: the server's heads, and the text that is shown (with the own pending writes) for lookups.
CREATE TABLE register (
    kind   TEXT NOT NULL,
    entity TEXT NOT NULL,
    field  TEXT NOT NULL,
    state  TEXT NOT NULL,
    shown  TEXT,
    -- Several values stand, one of them the own.
    conflict INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, entity, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX register_by_shown ON register (kind, field, shown);
CREATE INDEX register_in_conflict ON register (kind, entity, field) WHERE conflict = 1;

-- What was shown when an own write began, so that a conflict can show where both came from.
CREATE TABLE write_base (
    write  TEXT NOT NULL PRIMARY KEY,
    kind   TEXT NOT NULL,
    entity TEXT NOT NULL,
    field  TEXT NOT NULL,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX write_base_by_field ON write_base (kind, entity, field);

-- Own writes that the server's state does not contain yet.
CREATE TABLE pending_write (
    id                TEXT    NOT NULL PRIMARY KEY,
    kind              TEXT    NOT NULL,
    entity            TEXT    NOT NULL,
    field             TEXT    NOT NULL,
    device_seq        INTEGER NOT NULL,
    body              TEXT    NOT NULL,
    accepted_position INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_write_by_entity ON pending_write (kind, entity);
CREATE INDEX pending_write_by_seq ON pending_write (device_seq);

-- `body` is the whole envelope as it came; `device_seq` is set on own facts without a verdict.
CREATE TABLE fact (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    job         TEXT,
    visit       TEXT,
    at_ms       INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    position    INTEGER NOT NULL DEFAULT 0,
    received_at TEXT,
    device_seq  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_by_job ON fact (job, at_ms);
CREATE INDEX fact_by_kind ON fact (kind, at_ms);
CREATE INDEX fact_by_seq ON fact (device_seq) WHERE device_seq IS NOT NULL;

-- A set of ids: a retraction may come before the fact.
CREATE TABLE retraction (
    target     TEXT NOT NULL PRIMARY KEY,
    device_seq INTEGER
) STRICT, WITHOUT ROWID;

-- Visit ids are derived from the job; this is the way back.
CREATE TABLE visit (
    id  TEXT    NOT NULL PRIMARY KEY,
    job TEXT    NOT NULL,
    n   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_by_job ON visit (job, n);

CREATE TABLE sealed (
    hash       TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    job        TEXT    NOT NULL,
    visit      TEXT    NOT NULL,
    document   TEXT    NOT NULL,
    files      TEXT    NOT NULL,
    receipt    TEXT,
    position   INTEGER NOT NULL DEFAULT 0,
    device_seq INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_by_job ON sealed (job);
CREATE INDEX sealed_by_kind ON sealed (kind, id, revision);

CREATE TABLE reference (
    kind        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    valid_from  TEXT    NOT NULL,
    valid_until TEXT,
    body        TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    PRIMARY KEY (kind, id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_by_day ON reference (kind, valid_from);

CREATE TABLE finding (
    id       TEXT    NOT NULL PRIMARY KEY,
    job      TEXT,
    body     TEXT    NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_by_job ON finding (job);

-- Records of a kind that this version does not know, kept as they came.
CREATE TABLE opaque (
    id       TEXT    NOT NULL PRIMARY KEY,
    body     TEXT    NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The own changes. `sent_at` set: the row has been in a request and never changes again (the trigger holds it to that).
CREATE TABLE outbox (
    device_seq       INTEGER NOT NULL PRIMARY KEY,
    change_id        TEXT    NOT NULL,
    payload          TEXT    NOT NULL,
    signature        TEXT    NOT NULL,
    made_at          TEXT    NOT NULL,
    -- `kind/id/field` of a single autosaved write, which a later one may replace while nothing was sent.
    autosave         TEXT,
    sent_at          TEXT,
    verdict          TEXT,
    verdict_position INTEGER,
    code             TEXT,
    details          TEXT
) STRICT;
CREATE INDEX outbox_waiting ON outbox (device_seq) WHERE verdict IS NULL;
CREATE INDEX outbox_refused ON outbox (device_seq) WHERE verdict IN ('refused', 'quarantined');
CREATE TRIGGER outbox_sent_never_changes BEFORE UPDATE OF change_id, payload, signature ON outbox
WHEN old.sent_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a row that has been in a request never changes');
END;

-- Final numbers: drawn once for their owner, counted without gaps, never reset.
CREATE TABLE number (
    kind     TEXT    NOT NULL,
    count    INTEGER NOT NULL,
    text     TEXT    NOT NULL UNIQUE,
    owner    TEXT    NOT NULL,
    drawn_at TEXT    NOT NULL,
    PRIMARY KEY (kind, count),
    UNIQUE (kind, owner)
) STRICT, WITHOUT ROWID;

-- `state`: local (to be uploaded), uploaded, wanted (to be downloaded), present (downloaded).
CREATE TABLE attachment (
    hash       TEXT    NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    mime       TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    sent       INTEGER NOT NULL DEFAULT 0,
    -- The own change that names it first: a file never goes before its record.
    device_seq INTEGER,
    job        TEXT,
    created_at TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_by_state ON attachment (state, size);
