-- What bids knows of a round, as JSON, in the version of its intake. Every hand-in writes the intake's row anew, so what
-- does not change with it stands here. Nothing was released with the column, so it goes at once.
CREATE TABLE call (
    round_id TEXT NOT NULL PRIMARY KEY REFERENCES intake (round_id),
    content TEXT NOT NULL
);
INSERT INTO call (round_id, content) SELECT round_id, call FROM intake;
ALTER TABLE intake DROP COLUMN call;
