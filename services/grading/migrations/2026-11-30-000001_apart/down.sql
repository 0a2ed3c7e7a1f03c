-- Members of another board, who sit for one bid, become members like all others: the old table knows no difference.
-- Interests of staff, and recorded ones that were cleared, have no place in the old table; one that is pending recuses
-- there at once.
CREATE TABLE interest_old (
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
INSERT INTO interest_old (id, assessment_id, person_id, bid_id, version, kind, origin, note, state, reason, declared_at,
                          decided_at)
    SELECT id, assessment_id, person_id, bid_id, version, kind, origin, note,
           CASE state WHEN 'recorded' THEN 'recused' ELSE state END, reason, declared_at,
           CASE state WHEN 'recorded' THEN declared_at ELSE decided_at END
    FROM interest
    WHERE (origin = 'declared' OR state <> 'cleared')
      AND EXISTS (SELECT 1 FROM member WHERE member.assessment_id = interest.assessment_id
                                         AND member.person_id = interest.person_id);
DROP TABLE interest;
ALTER TABLE interest_old RENAME TO interest;
CREATE UNIQUE INDEX interest_derived ON interest (person_id, bid_id) WHERE origin = 'derived';
CREATE INDEX interest_hides ON interest (assessment_id, person_id, bid_id) WHERE state <> 'cleared';
CREATE INDEX interest_of_assessment ON interest (assessment_id, id);
ALTER TABLE casting DROP COLUMN total;
ALTER TABLE member DROP COLUMN referred;
ALTER TABLE member DROP COLUMN left_at;
DROP TABLE staff_declaration;
DROP TABLE near_miss;
ALTER TABLE assessed_bid DROP COLUMN hints;
DROP TABLE involved;
