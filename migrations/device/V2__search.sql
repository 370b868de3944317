-- Search from the first character, and the list of jobs that the agenda has to look at. Both follow the tables of V1 by triggers:
-- nothing that writes can forget them.

-- What a search finds. `text` holds the searchable segments as they are matched; see `store/search/text.rs`.
CREATE TABLE search_document (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    key       TEXT NOT NULL,
    title     TEXT NOT NULL,
    title_en  TEXT NOT NULL DEFAULT '',
    line      TEXT NOT NULL,
    line_en   TEXT NOT NULL DEFAULT '',
    price_fen INTEGER,
    text      TEXT NOT NULL,
    UNIQUE (kind, key)
) STRICT;

-- Single characters, pairs, triples and pinyin initials, each with the letter of its kind in front. Made by the product: FTS5's own tokenizers find
-- nothing for one or two Chinese characters.
CREATE VIRTUAL TABLE search_index USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii'
);
CREATE VIRTUAL TABLE search_term USING fts5vocab ('search_index', 'row');

-- Records whose documents are out of date.
CREATE TABLE search_dirty (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- `ON CONFLICT DO NOTHING`: inside a trigger the policy of the outer statement would replace an `OR IGNORE`.
CREATE TRIGGER search_register_added AFTER INSERT ON register WHEN new.kind IN ('customer', 'machine', 'job')
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES (new.kind, new.entity) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_register_changed AFTER UPDATE OF shown ON register
WHEN new.kind IN ('customer', 'machine', 'job') AND new.shown IS NOT old.shown
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES (new.kind, new.entity) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_register_gone AFTER DELETE ON register WHEN old.kind IN ('customer', 'machine', 'job')
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES (old.kind, old.entity) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_sealed_added AFTER INSERT ON sealed WHEN new.kind = 'work_order'
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES ('job', new.job) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_sealed_gone AFTER DELETE ON sealed WHEN old.kind = 'work_order'
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES ('job', old.job) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_reference_added AFTER INSERT ON reference WHEN new.kind IN ('fault_knowledge', 'parts', 'fee_schedule')
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES ('reference', new.kind) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_reference_changed AFTER UPDATE OF body ON reference WHEN new.kind IN ('fault_knowledge', 'parts', 'fee_schedule')
BEGIN
    INSERT INTO search_dirty (kind, id) VALUES ('reference', new.kind) ON CONFLICT DO NOTHING;
END;

-- Jobs of which something happened since they were last found settled.
CREATE TABLE live_job (
    job TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER live_job_fact AFTER INSERT ON fact WHEN new.job IS NOT NULL
BEGIN
    INSERT OR IGNORE INTO live_job (job) VALUES (new.job);
END;
CREATE TRIGGER live_job_retraction AFTER INSERT ON retraction
BEGIN
    INSERT OR IGNORE INTO live_job (job) SELECT job FROM fact WHERE id = new.target AND job IS NOT NULL;
END;
CREATE TRIGGER live_job_sealed AFTER INSERT ON sealed
BEGIN
    INSERT OR IGNORE INTO live_job (job) VALUES (new.job);
END;

-- What is here already when this migration runs.
INSERT OR IGNORE INTO search_dirty (kind, id) SELECT kind, id FROM entity WHERE kind IN ('customer', 'machine', 'job');
INSERT OR IGNORE INTO search_dirty (kind, id)
    SELECT 'reference', kind FROM reference WHERE kind IN ('fault_knowledge', 'parts', 'fee_schedule');
INSERT OR IGNORE INTO live_job (job) SELECT job FROM fact WHERE job IS NOT NULL;
