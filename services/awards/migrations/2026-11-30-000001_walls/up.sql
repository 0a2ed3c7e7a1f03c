-- A variation may wait for the council's word, and be declined. SQLite cannot widen a check, so the table is made anew.
CREATE TABLE variation_with_word (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES award (id),
    version BIGINT NOT NULL CHECK (version > 0),
    change TEXT NOT NULL,
    reason TEXT NOT NULL,
    extension_id TEXT REFERENCES extension (id),
    requested_by TEXT NOT NULL,
    requested_by_organisation TEXT,
    requested_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('requested', 'awaiting_acceptance', 'approved', 'refused', 'declined')),
    written_version INTEGER,
    decided_by TEXT,
    decided_by_organisation TEXT,
    decided_at BIGINT,
    decision_reason TEXT NOT NULL,
    -- The meeting that it rests on; empty where none was named.
    decision_reference TEXT NOT NULL DEFAULT '',
    -- The certifier's word for it, as JSON.
    acceptance TEXT,
    decline_reason TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'approved') = (written_version IS NOT NULL)),
    CHECK ((state = 'requested') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((state = 'declined') = (decline_reason <> '')),
    UNIQUE (award_id, written_version)
);
INSERT INTO variation_with_word
    (id, award_id, version, change, reason, extension_id, requested_by, requested_by_organisation, requested_at, state,
     written_version, decided_by, decided_by_organisation, decided_at, decision_reason)
SELECT id, award_id, version, change, reason, extension_id, requested_by, requested_by_organisation, requested_at, state,
       written_version, decided_by, decided_by_organisation, decided_at, decision_reason
FROM variation;
DROP TABLE variation;
ALTER TABLE variation_with_word RENAME TO variation;
CREATE INDEX variation_of_award ON variation (award_id, id);

-- The certifier's word for a version, as JSON. It is added once; the bytes of the version stay as they are.
ALTER TABLE agreement ADD COLUMN acceptance TEXT;
UPDATE agreement SET acceptance = (
    SELECT award.acceptance FROM award
    WHERE award.id = agreement.award_id AND award.acceptance LIKE '%' || agreement.sha256 || '%'
);

-- Whom the bank was told to pay and when, of what is instructed from now on.
ALTER TABLE payment ADD COLUMN payee_id TEXT;
ALTER TABLE payment ADD COLUMN payee_check BIGINT;
ALTER TABLE payment ADD COLUMN account_reference TEXT;
ALTER TABLE payment ADD COLUMN instructed_at BIGINT;

-- Who moved a sum, and the day on which it counts. Of older postings the first is not known, and the second is theirs.
ALTER TABLE ledger_entry ADD COLUMN actor TEXT;
ALTER TABLE ledger_entry ADD COLUMN actor_organisation TEXT;
ALTER TABLE ledger_entry ADD COLUMN booked_on TEXT;

-- Every step of a payment, a recovery or a variation. Never updated.
CREATE TABLE money_history (
    -- The payment, recovery or variation.
    subject TEXT NOT NULL,
    -- The version of the subject that came of it.
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    award_id TEXT NOT NULL REFERENCES award (id),
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_organisation TEXT,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    amount_minor BIGINT,
    currency TEXT,
    reference TEXT NOT NULL,
    payee_id TEXT,
    payee_check BIGINT,
    -- The bank's day.
    booked_on TEXT,
    PRIMARY KEY (subject, sequence),
    CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CHECK ((payee_id IS NULL) = (payee_check IS NULL))
);
CREATE INDEX money_history_of_award ON money_history (award_id, happened_at, subject, sequence);
