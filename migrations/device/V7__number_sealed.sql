-- That a document bears a number outlives the document here: a job that goes to somebody else takes its seals along, and its numbers stay
-- sealed. The time of those that were sealed before this is not known any more.
ALTER TABLE number ADD COLUMN sealed_at TEXT;
UPDATE number SET sealed_at = drawn_at WHERE text IN (
    SELECT coalesce(json_extract(sealing, '$.content.no'), json_extract(sealing, '$.content.order_no')) FROM (
        SELECT json_extract(document, '$.payload') AS sealing FROM sealed
        UNION ALL
        SELECT json_extract(op.value, '$.document.payload') FROM outbox, json_each(outbox.payload, '$.ops') op
        WHERE json_extract(op.value, '$.op') = 'seal'));
-- A number that leads to nothing was voided in the round in which its job left; one that stands although its job is gone has a document.
UPDATE number SET sealed_at = drawn_at
WHERE sealed_at IS NULL AND voided_at IS NULL AND job IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM scope WHERE scope = 'job:' || job)
  AND NOT EXISTS (SELECT 1 FROM entity WHERE kind = 'job' AND id = job);
