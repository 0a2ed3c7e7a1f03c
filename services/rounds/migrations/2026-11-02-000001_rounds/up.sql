CREATE TABLE framework (
    id TEXT NOT NULL PRIMARY KEY,
    name_en TEXT NOT NULL,
    name_cy TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX framework_of_owner ON framework (owner_id, id);

-- `wording` is statements and mappings as JSON: they are written and read as a whole.
CREATE TABLE framework_version (
    framework_id TEXT NOT NULL REFERENCES framework (id),
    number INTEGER NOT NULL CHECK (number > 0),
    label TEXT NOT NULL,
    wording TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    frozen_at BIGINT,
    PRIMARY KEY (framework_id, number),
    UNIQUE (framework_id, label)
);
CREATE UNIQUE INDEX framework_version_one_draft ON framework_version (framework_id) WHERE frozen_at IS NULL;

-- `rules`, `timetable` and `originally_closes` are JSON. The framework stands in columns of its own from scheduled on:
-- a draft may name a version that does not exist.
CREATE TABLE round (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    programme TEXT,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'open', 'closed', 'cancelled')),
    rules TEXT NOT NULL,
    timetable TEXT NOT NULL,
    framework_id TEXT,
    framework_version INTEGER,
    opens_at BIGINT,
    closes_at BIGINT,
    originally_closes TEXT,
    reason TEXT NOT NULL,
    scheduled_at BIGINT,
    opened_at BIGINT,
    closed_at BIGINT,
    cancelled_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    FOREIGN KEY (framework_id, framework_version) REFERENCES framework_version (framework_id, number),
    CHECK (state <> 'draft' OR scheduled_at IS NULL),
    CHECK (state NOT IN ('scheduled', 'open', 'closed') OR scheduled_at IS NOT NULL),
    CHECK (state NOT IN ('open', 'closed') OR opened_at IS NOT NULL),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL)),
    CHECK (opened_at IS NULL OR scheduled_at IS NOT NULL),
    CHECK (scheduled_at IS NULL OR (opens_at IS NOT NULL AND closes_at IS NOT NULL AND opens_at < closes_at)),
    CHECK (scheduled_at IS NULL OR (programme IS NOT NULL AND framework_version IS NOT NULL))
);
CREATE INDEX round_of_programme ON round (programme, id);
CREATE INDEX round_to_open ON round (opens_at) WHERE state = 'scheduled';
CREATE INDEX round_to_close ON round (closes_at) WHERE state = 'open';

-- The timetables are JSON, and stand where a step moved the dates.
CREATE TABLE history (
    round_id TEXT NOT NULL REFERENCES round (id),
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_organisation TEXT,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    timetable_before TEXT,
    timetable_after TEXT,
    PRIMARY KEY (round_id, sequence),
    CHECK ((timetable_before IS NULL) = (timetable_after IS NULL))
);
