-- Who was asked to take part in a bid, and what they answered: who, when, why, as JSON. The applicant is not asked.
CREATE TABLE participation (
    bid_id TEXT NOT NULL REFERENCES bid (id),
    organisation_id TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('lead', 'payee', 'partner')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'declined', 'left')),
    answer TEXT,
    PRIMARY KEY (bid_id, part, organisation_id),
    CHECK ((state = 'asked') = (answer IS NULL))
);
CREATE INDEX participation_of_organisation ON participation (organisation_id);

-- Whoever was named before is asked now. A payee stands in the text of the revision alone: it is asked with the next one.
INSERT INTO participation (bid_id, organisation_id, part, state)
    SELECT bid_id, organisation_id, 'partner', 'asked' FROM participant;
INSERT INTO participation (bid_id, organisation_id, part, state)
    SELECT id, lead_id, 'lead', 'asked' FROM bid WHERE lead_id <> applicant_id;

-- The ties with boards and staff that the applicant declares, as JSON; empty where it has not said.
ALTER TABLE bid ADD COLUMN declared_conflicts TEXT NOT NULL DEFAULT '';

-- The files sent for a bid, each digest once: announced before its bytes are taken, and kept once a revision has it.
-- What was kept before is named by the revisions alone.
CREATE TABLE upload (
    bid_id TEXT NOT NULL REFERENCES bid (id),
    sha256 TEXT NOT NULL,
    size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
    state TEXT NOT NULL CHECK (state IN ('announced', 'kept', 'condemned')),
    announced_at BIGINT NOT NULL,
    PRIMARY KEY (bid_id, sha256)
);
CREATE INDEX upload_lost ON upload (state, announced_at);
CREATE INDEX upload_of_digest ON upload (sha256);
