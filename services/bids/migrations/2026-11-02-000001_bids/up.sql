-- The intake of each round (rules 4 to 7). `last_late` counts the late hand-ins, as `last_number` does those in time;
-- `call` is what bids knows of the round, as JSON.
CREATE TABLE intake (
    round_id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    closed_at BIGINT,
    last_number BIGINT NOT NULL CHECK (last_number >= 0),
    last_late BIGINT NOT NULL CHECK (last_late >= 0),
    last_instant BIGINT NOT NULL,
    call TEXT NOT NULL,
    CHECK (opens_at < closes_at)
);
CREATE INDEX intake_open ON intake (closes_at) WHERE closed_at IS NULL;

CREATE TABLE bid (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES intake (round_id),
    applicant_id TEXT NOT NULL,
    -- Whose reference it is: references are unique per client and round.
    client TEXT NOT NULL,
    client_reference TEXT,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'held_late', 'eligible', 'ineligible', 'withdrawn',
                                         'not_submitted', 'rejected_late')),
    -- Received in time, or admitted; kept by a bid that was reopened.
    number BIGINT CHECK (number > 0),
    received_at BIGINT,
    received_revision INTEGER,
    -- Received late at last.
    held_at BIGINT,
    held_queue BIGINT,
    held_revision INTEGER,
    revision INTEGER NOT NULL,
    lead_id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    requested_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    sign_off TEXT,
    findings TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (round_id, number),
    UNIQUE (client, round_id, client_reference),
    CHECK ((number IS NULL) = (received_at IS NULL)),
    CHECK ((number IS NULL) = (received_revision IS NULL)),
    CHECK ((held_at IS NULL) = (held_queue IS NULL)),
    CHECK ((held_at IS NULL) = (held_revision IS NULL)),
    CHECK (state NOT IN ('submitted', 'eligible', 'ineligible') OR number IS NOT NULL),
    CHECK (state = 'withdrawn' OR (state IN ('held_late', 'rejected_late')) = (held_at IS NOT NULL))
);
CREATE INDEX bid_of_applicant ON bid (applicant_id, round_id);
CREATE INDEX bid_in_round ON bid (round_id, state);

CREATE TABLE participant (
    bid_id TEXT NOT NULL REFERENCES bid (id),
    organisation_id TEXT NOT NULL,
    may_edit BOOLEAN NOT NULL,
    PRIMARY KEY (bid_id, organisation_id)
);
CREATE INDEX participant_organisation ON participant (organisation_id);

-- The bytes that a digest is over, as they were written. Never updated.
CREATE TABLE revision (
    bid_id TEXT NOT NULL REFERENCES bid (id),
    number INTEGER NOT NULL CHECK (number > 0),
    canonical_json TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    author TEXT NOT NULL,
    author_organisation TEXT,
    restored_from INTEGER,
    PRIMARY KEY (bid_id, number)
);

CREATE TABLE history (
    bid_id TEXT NOT NULL REFERENCES bid (id),
    sequence BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_organisation TEXT,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (bid_id, sequence)
);

-- One receipt for each hand-in. `client_time` is kept and never used (rule 4).
CREATE TABLE receipt (
    bid_id TEXT NOT NULL REFERENCES bid (id),
    version BIGINT NOT NULL,
    number BIGINT,
    received_at BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    jws TEXT NOT NULL,
    acknowledgement TEXT NOT NULL,
    client_time BIGINT,
    PRIMARY KEY (bid_id, version)
);

CREATE TABLE clarification (
    id TEXT NOT NULL PRIMARY KEY,
    bid_id TEXT NOT NULL REFERENCES bid (id),
    version BIGINT NOT NULL,
    question TEXT NOT NULL,
    answer_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_by_organisation TEXT,
    answer TEXT,
    answered_at BIGINT,
    answered_by TEXT,
    answered_by_organisation TEXT,
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK ((answer IS NULL) = (answered_by IS NULL))
);
CREATE INDEX clarification_of_bid ON clarification (bid_id, id);

-- Pairs of received bids of one organisation with nearly the same text (rule 8).
CREATE TABLE duplicate (
    round_id TEXT NOT NULL,
    first_bid_id TEXT NOT NULL REFERENCES bid (id),
    second_bid_id TEXT NOT NULL REFERENCES bid (id),
    similarity_permille INTEGER NOT NULL CHECK (similarity_permille BETWEEN 0 AND 1000),
    PRIMARY KEY (second_bid_id, first_bid_id)
);
CREATE INDEX duplicate_in_round ON duplicate (round_id, second_bid_id);
