-- The clock row stands only in stores made with `toadlane init --clock`.
CREATE TABLE clock (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    instant BIGINT NOT NULL
);

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    rpc TEXT NOT NULL,
    request_id TEXT NOT NULL,
    digest BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (caller, rpc, request_id)
);

-- `position` is given by the relay when it publishes: gapless, and never "id greater than the last one", since rows
-- are committed out of order.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    position BIGINT UNIQUE,
    published_at BIGINT,
    broker_sequence BIGINT,
    CHECK ((position IS NULL) = (published_at IS NULL))
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE position IS NULL;
CREATE INDEX outbox_at_broker ON outbox (broker_sequence) WHERE broker_sequence IS NOT NULL;

-- What was taken from other services: each event id once, and the newest version of each subject.
CREATE TABLE inbox (
    event_id TEXT NOT NULL PRIMARY KEY,
    taken_at BIGINT NOT NULL
);
CREATE TABLE inbox_version (
    subject TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
