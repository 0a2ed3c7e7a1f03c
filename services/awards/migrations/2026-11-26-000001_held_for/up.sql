-- The overdue report for which a payment was held last, and since when it is due. What was held before is not known: it may
-- be held once more.
ALTER TABLE payment ADD COLUMN held_report_id TEXT;
ALTER TABLE payment ADD COLUMN held_since BIGINT;
