ALTER TABLE intake ADD COLUMN call TEXT NOT NULL DEFAULT '';
UPDATE intake SET call = (SELECT known.content FROM call AS known WHERE known.round_id = intake.round_id);
DROP TABLE call;
