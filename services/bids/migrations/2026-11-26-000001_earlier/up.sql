-- Nothing was released before these tables: what was told before them is not told again.
-- What bids knows of reports on earlier awards, fed by the events of `reporting` (rule 9).
CREATE TABLE report (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    awaited BOOLEAN NOT NULL
);
CREATE INDEX report_awaited ON report (organisation_id, due_at) WHERE awaited;

-- What it knows of funded projects, fed by the events of `awards` (rule 3).
CREATE TABLE project (
    award_id TEXT NOT NULL PRIMARY KEY,
    bid_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    live BOOLEAN NOT NULL
);
CREATE INDEX project_live ON project (lead_id) WHERE live;
