-- Organisations that have a part in a bid, or precede or succeed one that has (rule 10). For whoever belongs to one of
-- them the bid does not exist. Nothing is taken away.
CREATE TABLE involved (
    bid_id TEXT NOT NULL REFERENCES assessed_bid (id),
    organisation_id TEXT NOT NULL,
    assessment_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('own_council', 'related_council')),
    PRIMARY KEY (bid_id, organisation_id)
);
CREATE INDEX involved_organisation ON involved (assessment_id, organisation_id);
-- The others of an assessment that was opened before are found when the register is asked next.
INSERT INTO involved (bid_id, organisation_id, assessment_id, kind)
    SELECT id, applicant_id, assessment_id, 'own_council' FROM assessed_bid;

-- What bids said of ties that are none yet, as JSON: who was asked and has not answered, who left, what the applicant
-- declares. It stands apart from the head, which is sealed.
ALTER TABLE assessed_bid ADD COLUMN hints TEXT NOT NULL DEFAULT '[]';

-- What may be an interest and nothing shows for certain. It hides nothing.
CREATE TABLE near_miss (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    bid_id TEXT NOT NULL REFERENCES assessed_bid (id),
    person_id TEXT,
    version BIGINT NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL CHECK (kind IN ('name', 'asked', 'left', 'declared_by_applicant')),
    words TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'recorded', 'dismissed')),
    reason TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    settled_at BIGINT,
    settled_by TEXT,
    CHECK ((state = 'open') = (settled_at IS NULL)),
    CHECK ((state = 'open') = (settled_by IS NULL))
);
CREATE INDEX near_miss_of_assessment ON near_miss (assessment_id, id);

-- Staff who declared their interests; members have theirs beside their seats.
CREATE TABLE staff_declaration (
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    person_id TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    PRIMARY KEY (assessment_id, person_id)
);

-- When the register showed that they have no seat any more; and the bids for which alone somebody of another board sits,
-- as JSON.
ALTER TABLE member ADD COLUMN left_at BIGINT;
ALTER TABLE member ADD COLUMN referred TEXT NOT NULL DEFAULT '[]';

-- The total of the tie that was cast, as JSON; empty where it was cast before totals were kept.
ALTER TABLE casting ADD COLUMN total TEXT NOT NULL DEFAULT '';

-- Interests of staff too, and recorded ones that a second person has yet to decide.
CREATE TABLE interest_new (
    id TEXT NOT NULL PRIMARY KEY,
    assessment_id TEXT NOT NULL REFERENCES assessment (id),
    person_id TEXT NOT NULL,
    bid_id TEXT NOT NULL REFERENCES assessed_bid (id),
    version BIGINT NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL CHECK (kind IN ('own_council', 'related_council', 'family', 'employment', 'prepared_bid',
                                       'supplier_or_partner', 'other')),
    origin TEXT NOT NULL CHECK (origin IN ('derived', 'declared', 'recorded')),
    note TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('declared', 'recorded', 'recused', 'cleared')),
    reason TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    decided_at BIGINT,
    -- Who recorded it; empty also for what was recorded before a second person had to decide.
    recorded_by TEXT,
    -- Whether the bid existed for whom it concerns when it became known.
    was_seen BOOLEAN NOT NULL,
    answer TEXT NOT NULL,
    answered_at BIGINT,
    CHECK ((state IN ('declared', 'recorded')) = (decided_at IS NULL)),
    CHECK (state <> 'declared' OR origin = 'declared'),
    CHECK (state <> 'recorded' OR (origin = 'recorded' AND recorded_by IS NOT NULL)),
    CHECK (recorded_by IS NULL OR (origin = 'recorded' AND recorded_by <> person_id)),
    CHECK ((answer = '') = (answered_at IS NULL)),
    -- What the register shows is never undecided and never cleared.
    CHECK (origin <> 'derived' OR state = 'recused')
);
INSERT INTO interest_new (id, assessment_id, person_id, bid_id, version, kind, origin, note, state, reason, declared_at,
                          decided_at, was_seen, answer)
    SELECT id, assessment_id, person_id, bid_id, version, kind, origin, note, state, reason, declared_at, decided_at,
           origin = 'declared', '' FROM interest;
DROP TABLE interest;
ALTER TABLE interest_new RENAME TO interest;
CREATE UNIQUE INDEX interest_derived ON interest (person_id, bid_id) WHERE origin = 'derived';
CREATE INDEX interest_hides ON interest (assessment_id, person_id, bid_id) WHERE state <> 'cleared';
CREATE INDEX interest_of_assessment ON interest (assessment_id, id);
