ALTER TABLE payment DROP COLUMN held_since;
ALTER TABLE payment DROP COLUMN held_report_id;
