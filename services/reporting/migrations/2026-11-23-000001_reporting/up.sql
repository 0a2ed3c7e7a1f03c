-- What reporting knows of an award, fed by the events of `awards`.
CREATE TABLE award (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL,
    bid_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    title TEXT NOT NULL,
    holder_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    framework_version INTEGER NOT NULL CHECK (framework_version >= 0),
    calendar TEXT NOT NULL CHECK (calendar IN ('england_and_wales', 'scotland', 'northern_ireland')),
    ended TEXT CHECK (ended IN ('withdrawn', 'terminated'))
);
CREATE INDEX award_of_holder ON award (holder_id);

CREATE TABLE report (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES award (id),
    round_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('interim', 'final')),
    organisation_id TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('scheduled', 'open', 'in_draft', 'awaiting_sign_off', 'submitted',
                                         'changes_requested', 'accepted', 'waived', 'cancelled')),
    handed_in_at BIGINT,
    accepted_at BIGINT,
    opens_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- Zone and announced words, as JSON; the instant stands beside it to be ordered by.
    due TEXT NOT NULL,
    originally_due TEXT NOT NULL,
    -- The next reminder (rule 24).
    reminder_offset INTEGER,
    reminder_at BIGINT,
    revision INTEGER NOT NULL CHECK (revision > 0),
    sign_off TEXT,
    requested_changes TEXT NOT NULL,
    -- Whether the learning reads it: the consent that counts in lists, beside the whole of it as JSON.
    to_learning BOOLEAN NOT NULL,
    release TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (award_id, kind),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
    CHECK (state NOT IN ('submitted', 'changes_requested', 'accepted') OR handed_in_at IS NOT NULL),
    CHECK (state IN ('submitted', 'changes_requested', 'accepted', 'in_draft', 'awaiting_sign_off')
           OR handed_in_at IS NULL),
    CHECK ((reminder_offset IS NULL) = (reminder_at IS NULL)),
    CHECK (state = 'accepted' OR NOT to_learning)
);
CREATE INDEX report_of_organisation ON report (organisation_id, due_at);
CREATE INDEX report_in_round ON report (round_id, due_at);
CREATE INDEX report_by_due ON report (due_at, id);
CREATE INDEX report_to_open ON report (opens_at) WHERE state = 'scheduled';
CREATE INDEX report_to_remind ON report (reminder_at) WHERE reminder_at IS NOT NULL;

-- The bytes that a digest is over, as they were written. Never updated.
CREATE TABLE revision (
    report_id TEXT NOT NULL REFERENCES report (id),
    number INTEGER NOT NULL CHECK (number > 0),
    canonical_json TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    author TEXT NOT NULL,
    author_organisation TEXT,
    PRIMARY KEY (report_id, number)
);

-- Each hand-in, with the revision that the network then read.
CREATE TABLE hand_in (
    report_id TEXT NOT NULL REFERENCES report (id),
    version BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    handed_in_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, version)
);

CREATE TABLE addendum (
    report_id TEXT NOT NULL REFERENCES report (id),
    number INTEGER NOT NULL CHECK (number > 0),
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    author_organisation TEXT,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, number)
);

CREATE TABLE history (
    report_id TEXT NOT NULL REFERENCES report (id),
    sequence BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_organisation TEXT,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (report_id, sequence)
);
