-- The grading of a round; its version counts its own steps and nothing else. `call` is what grading knows of the
-- round, as JSON; the instants that the ticker looks for stand beside it.
CREATE TABLE assessment (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('reviewing', 'moderation', 'determination', 'decided', 'bidders_informed',
                                         'announced', 'cancelled')),
    call TEXT NOT NULL,
    boards TEXT NOT NULL,
    settings TEXT NOT NULL,
    reviews_due BIGINT NOT NULL,
    letters_at BIGINT NOT NULL,
    announces_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    moderation_at BIGINT,
    determination_at BIGINT,
    decided_at BIGINT,
    informed_at BIGINT,
    announced_at BIGINT,
    cancelled_at BIGINT,
    reason TEXT NOT NULL,
    CHECK (letters_at <= announces_at),
    CHECK (state NOT IN ('moderation', 'determination', 'decided', 'bidders_informed', 'announced')
           OR moderation_at IS NOT NULL),
    CHECK (state NOT IN ('determination', 'decided', 'bidders_informed', 'announced')
           OR determination_at IS NOT NULL),
    CHECK ((state IN ('decided', 'bidders_informed', 'announced')) = (decided_at IS NOT NULL)),
    CHECK ((state IN ('bidders_informed', 'announced')) = (informed_at IS NOT NULL)),
    CHECK ((state = 'announced') = (announced_at IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE INDEX assessment_to_inform ON assessment (letters_at) WHERE state = 'decided';
CREATE INDEX assessment_to_announce ON assessment (announces_at) WHERE state = 'bidders_informed';
CREATE INDEX assessment_under_review ON assessment (reviews_due) WHERE state = 'reviewing';

-- A person on the panel, once, whatever seats they hold (rule 12).
CREATE TABLE member (
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    seats TEXT NOT NULL,
    organisations TEXT NOT NULL,
    stands_in_for TEXT,
    declared_at BIGINT,
    PRIMARY KEY (assessment_id, person_id),
    FOREIGN KEY (assessment_id, stands_in_for) REFERENCES member (assessment_id, person_id),
    CHECK (stands_in_for IS NULL OR stands_in_for <> person_id)
);
CREATE INDEX member_person ON member (person_id, assessment_id);

-- A bid at its pinned revision. Never updated. The answers stand apart, so that lists need not read them.
CREATE TABLE assessed_bid (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    number BIGINT NOT NULL CHECK (number > 0),
    applicant_id TEXT NOT NULL,
    head TEXT NOT NULL,
    answers TEXT NOT NULL,
    UNIQUE (assessment_id, number)
);

-- Links between members and bids (rule 10). While one is declared or recused, the bid is hidden from the member.
CREATE TABLE interest (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    bid_id TEXT NOT NULL REFERENCES assessed_bid (id),
    version BIGINT NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL CHECK (kind IN ('own_council', 'related_council', 'family', 'employment', 'prepared_bid',
                                       'supplier_or_partner', 'other')),
    origin TEXT NOT NULL CHECK (origin IN ('derived', 'declared', 'recorded')),
    note TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('declared', 'recused', 'cleared')),
    reason TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    decided_at BIGINT,
    FOREIGN KEY (assessment_id, person_id) REFERENCES member (assessment_id, person_id),
    CHECK ((state = 'declared') = (decided_at IS NULL)),
    -- What the register shows is never undecided and never cleared, and what others know of recuses at once.
    CHECK (origin = 'declared' OR state = 'recused')
);
CREATE UNIQUE INDEX interest_derived ON interest (person_id, bid_id) WHERE origin = 'derived';
CREATE INDEX interest_hides ON interest (assessment_id, person_id, bid_id) WHERE state <> 'cleared';
CREATE INDEX interest_of_assessment ON interest (assessment_id, id);

CREATE TABLE review (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    bid_id TEXT NOT NULL REFERENCES assessed_bid (id),
    reviewer_id TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('assigned', 'accepted', 'declined', 'in_progress', 'submitted', 'returned',
                                         'locked', 'lapsed', 'cancelled')),
    marks TEXT NOT NULL,
    comment TEXT NOT NULL,
    reason TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    submitted_at BIGINT,
    updated_at BIGINT NOT NULL,
    FOREIGN KEY (assessment_id, reviewer_id) REFERENCES member (assessment_id, person_id),
    CHECK (state NOT IN ('submitted', 'returned', 'locked') OR submitted_at IS NOT NULL),
    CHECK (state IN ('submitted', 'returned', 'locked', 'cancelled') OR submitted_at IS NULL)
);
-- One review of a bid by a person; one that was declined or taken back makes room.
CREATE UNIQUE INDEX review_live ON review (bid_id, reviewer_id) WHERE state NOT IN ('declined', 'cancelled');
CREATE INDEX review_of_assessment ON review (assessment_id, id);
CREATE INDEX review_of_reviewer ON review (reviewer_id, assessment_id);
CREATE INDEX review_open ON review (assessment_id) WHERE state IN ('assigned', 'accepted', 'in_progress', 'returned');

CREATE TABLE moderation (
    bid_id TEXT NOT NULL PRIMARY KEY REFERENCES assessed_bid (id),
    assessment_id TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    agreed TEXT NOT NULL,
    feedback TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX moderation_of_assessment ON moderation (assessment_id);

-- Casting decisions between bids that no rule tells apart (rule 15). Never updated; the latest counts.
CREATE TABLE casting (
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    bids TEXT NOT NULL,
    chair_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    cast_at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, sequence)
);

CREATE TABLE meeting (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    version BIGINT NOT NULL CHECK (version > 0),
    part TEXT NOT NULL CHECK (part IN ('joint', 'recommends', 'determines')),
    held_at BIGINT NOT NULL,
    place TEXT NOT NULL,
    present TEXT NOT NULL,
    chair_id TEXT NOT NULL,
    minutes TEXT NOT NULL
);
CREATE INDEX meeting_of_assessment ON meeting (assessment_id, held_at, id);

-- `number` is that of the bid, by which decisions are listed.
CREATE TABLE recommendation (
    bid_id TEXT NOT NULL REFERENCES assessed_bid (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    assessment_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    advice TEXT NOT NULL CHECK (advice IN ('fund', 'fund_in_part', 'fund_with_conditions', 'decline', 'defer')),
    amount_minor BIGINT CHECK (amount_minor >= 0),
    currency TEXT,
    conditions TEXT NOT NULL,
    reason TEXT NOT NULL,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    recorded_at BIGINT NOT NULL,
    -- The meeting that returned it, and its question (rule 19).
    returned_by TEXT REFERENCES meeting (id),
    question TEXT,
    PRIMARY KEY (bid_id, sequence),
    CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CHECK ((returned_by IS NULL) = (question IS NULL))
);
CREATE INDEX recommendation_of_assessment ON recommendation (assessment_id, number, sequence);
CREATE INDEX recommendation_of_meeting ON recommendation (meeting_id);

-- `basis` says how the decision was taken, as JSON (rule 11); the meeting stands apart, so that it can be found.
CREATE TABLE determination (
    bid_id TEXT NOT NULL PRIMARY KEY REFERENCES assessed_bid (id),
    assessment_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    outcome TEXT NOT NULL CHECK (outcome IN ('fund', 'fund_in_part', 'reserve', 'decline', 'defer')),
    amount_minor BIGINT CHECK (amount_minor >= 0),
    currency TEXT,
    conditions TEXT NOT NULL,
    reason TEXT NOT NULL,
    basis TEXT NOT NULL,
    meeting_id TEXT REFERENCES meeting (id),
    decided_on TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CHECK ((outcome IN ('fund', 'fund_in_part', 'reserve')) = (amount_minor IS NOT NULL))
);
CREATE INDEX determination_of_assessment ON determination (assessment_id, number);
CREATE INDEX determination_of_meeting ON determination (meeting_id);

-- What a bidder is told, written when the assessment is closed. Never updated.
CREATE TABLE outcome (
    bid_id TEXT NOT NULL PRIMARY KEY REFERENCES assessed_bid (id),
    assessment_id TEXT NOT NULL,
    reserve_place INTEGER NOT NULL CHECK (reserve_place >= 0),
    principles TEXT NOT NULL,
    letter_en TEXT NOT NULL,
    letter_cy TEXT NOT NULL,
    feedback TEXT NOT NULL
);

-- The sealed record: the bytes that the digest is over, as they were written. Never updated.
CREATE TABLE record (
    assessment_id TEXT NOT NULL PRIMARY KEY REFERENCES assessment (id),
    canonical_json TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    jws TEXT NOT NULL,
    sealed_at BIGINT NOT NULL
);

-- Every transition of an assessment, a review, an interest and a recommendation, every version of a moderation, a
-- meeting and a determination, and every substitute. Never updated.
CREATE TABLE history (
    what TEXT NOT NULL CHECK (what IN ('assessment', 'member', 'interest', 'review', 'moderation', 'meeting',
                                       'recommendation', 'determination')),
    subject TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    assessment_id TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (what, subject, sequence)
);
CREATE INDEX history_of_assessment ON history (assessment_id, happened_at, what, subject, sequence);
