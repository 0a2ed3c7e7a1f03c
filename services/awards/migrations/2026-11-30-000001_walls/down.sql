DROP TABLE money_history;
ALTER TABLE ledger_entry DROP COLUMN booked_on;
ALTER TABLE ledger_entry DROP COLUMN actor_organisation;
ALTER TABLE ledger_entry DROP COLUMN actor;
ALTER TABLE payment DROP COLUMN instructed_at;
ALTER TABLE payment DROP COLUMN account_reference;
ALTER TABLE payment DROP COLUMN payee_check;
ALTER TABLE payment DROP COLUMN payee_id;
ALTER TABLE agreement DROP COLUMN acceptance;

-- What waits for the council was not decided, as the older release sees it; what the council declined is refused.
CREATE TABLE variation_without_word (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES award (id),
    version BIGINT NOT NULL CHECK (version > 0),
    change TEXT NOT NULL,
    reason TEXT NOT NULL,
    extension_id TEXT REFERENCES extension (id),
    requested_by TEXT NOT NULL,
    requested_by_organisation TEXT,
    requested_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'refused')),
    written_version INTEGER,
    decided_by TEXT,
    decided_by_organisation TEXT,
    decided_at BIGINT,
    decision_reason TEXT NOT NULL,
    CHECK ((state = 'approved') = (written_version IS NOT NULL)),
    CHECK ((state = 'requested') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    UNIQUE (award_id, written_version)
);
INSERT INTO variation_without_word
    (id, award_id, version, change, reason, extension_id, requested_by, requested_by_organisation, requested_at, state,
     written_version, decided_by, decided_by_organisation, decided_at, decision_reason)
SELECT id, award_id, version, change, reason, extension_id, requested_by, requested_by_organisation, requested_at,
       CASE state WHEN 'awaiting_acceptance' THEN 'requested' WHEN 'declined' THEN 'refused' ELSE state END,
       written_version,
       CASE state WHEN 'awaiting_acceptance' THEN NULL ELSE decided_by END,
       CASE state WHEN 'awaiting_acceptance' THEN NULL ELSE decided_by_organisation END,
       CASE state WHEN 'awaiting_acceptance' THEN NULL ELSE decided_at END,
       CASE state WHEN 'awaiting_acceptance' THEN '' ELSE decision_reason END
FROM variation;
DROP TABLE variation;
ALTER TABLE variation_without_word RENAME TO variation;
CREATE INDEX variation_of_award ON variation (award_id, id);
