-- Knowing the hash of a file proves nothing; having its bytes does. Who has sent a file whole, and on whose word a record names it: the
-- record opens the file once one of these has sent it.
CREATE TABLE file_sender (
    hash        TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    PRIMARY KEY (hash, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE file_word (
    hash        TEXT    NOT NULL,
    record_id   TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    PRIMARY KEY (hash, record_id, person)
) STRICT, WITHOUT ROWID;

-- What came before: a fact names files on the word of its author, an order also on the word of who photographed in its job. Who sent a
-- file was not kept; whoever named one that is here is believed.
INSERT INTO file_word (hash, record_id, person)
SELECT r.hash, r.record_id, f.by_person
FROM file_record r JOIN fact f ON f.id = substr(r.record_id, 6) WHERE r.record_id LIKE 'fact:%';

INSERT OR IGNORE INTO file_word (hash, record_id, person)
SELECT r.hash, r.record_id, d.person
FROM file_record r JOIN sealed s ON s.hash = substr(r.record_id, 8) JOIN device d ON d.id = s.device
WHERE r.record_id LIKE 'sealed:%';

INSERT OR IGNORE INTO file_word (hash, record_id, person)
SELECT r.hash, r.record_id, f.by_person
FROM file_record r JOIN sealed s ON s.hash = substr(r.record_id, 8)
JOIN file_record o ON o.hash = r.hash AND o.record_id LIKE 'fact:%'
JOIN fact f ON f.id = substr(o.record_id, 6) AND f.job = s.job
WHERE r.record_id LIKE 'sealed:%';

INSERT OR IGNORE INTO file_sender (hash, person)
SELECT w.hash, w.person FROM file_word w JOIN file f ON f.hash = w.hash WHERE f.complete_at IS NOT NULL;
