-- What awards knows of a round whose awards are prepared, as JSON. It never changes.
CREATE TABLE round (
    round_id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    prepared_at BIGINT NOT NULL
);

-- The pots (rule 1). No account but the funds falls below zero, and what came from the funds is in the others.
CREATE TABLE pot (
    round_id TEXT NOT NULL REFERENCES round (round_id),
    instrument TEXT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL CHECK (total >= 0),
    available BIGINT NOT NULL CHECK (available >= 0),
    committed BIGINT NOT NULL CHECK (committed >= 0),
    paid BIGINT NOT NULL CHECK (paid >= 0),
    written_off BIGINT NOT NULL CHECK (written_off >= 0),
    n_entries BIGINT NOT NULL CHECK (n_entries >= 0),
    over_commitment_reason TEXT NOT NULL,
    PRIMARY KEY (round_id, instrument),
    CHECK (total = available + committed + paid + written_off)
);

CREATE TABLE award (
    id TEXT NOT NULL PRIMARY KEY,
    -- Never used again (rule 33).
    reference TEXT NOT NULL UNIQUE,
    round_id TEXT NOT NULL REFERENCES round (round_id),
    bid_id TEXT NOT NULL UNIQUE,
    number BIGINT NOT NULL CHECK (number > 0),
    -- The bid as it was graded, as JSON. It never changes.
    bid TEXT NOT NULL,
    public_title TEXT NOT NULL,
    applicant_id TEXT NOT NULL,
    novated_from_id TEXT,
    lead_id TEXT NOT NULL,
    payee_id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    requested_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('prepared', 'reserved', 'offered', 'accepted', 'active', 'suspended',
                                         'completed', 'closed', 'terminated', 'refused', 'lapsed', 'withdrawn')),
    reserve_place INTEGER CHECK (reserve_place > 0),
    offer_expires_at BIGINT,
    acceptance TEXT,
    agreement_version INTEGER NOT NULL CHECK (agreement_version > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    -- How each condition was met, as JSON.
    conditions_met TEXT NOT NULL,
    paid_minor BIGINT NOT NULL CHECK (paid_minor >= 0),
    returned_minor BIGINT NOT NULL CHECK (returned_minor >= 0),
    written_off_minor BIGINT NOT NULL CHECK (written_off_minor >= 0),
    reason TEXT NOT NULL,
    final_report_accepted_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    FOREIGN KEY (round_id, instrument) REFERENCES pot (round_id, instrument),
    UNIQUE (round_id, instrument, reserve_place),
    -- Rule 2.
    CHECK (amount_minor <= requested_minor),
    CHECK (returned_minor + written_off_minor <= paid_minor),
    CHECK ((state = 'reserved') = (reserve_place IS NOT NULL)),
    CHECK (state IN ('prepared', 'reserved', 'withdrawn') OR offer_expires_at IS NOT NULL),
    CHECK (state NOT IN ('prepared', 'reserved') OR offer_expires_at IS NULL),
    CHECK (state NOT IN ('accepted', 'active', 'suspended', 'completed', 'closed', 'terminated')
           OR acceptance IS NOT NULL),
    CHECK (acceptance IS NULL OR offer_expires_at IS NOT NULL)
);
CREATE INDEX award_in_round ON award (round_id, number);
CREATE INDEX award_of_applicant ON award (applicant_id);
CREATE INDEX award_of_lead ON award (lead_id);
CREATE INDEX award_of_payee ON award (payee_id);
CREATE INDEX award_on_offer ON award (offer_expires_at) WHERE state = 'offered';

-- The bytes that a digest is over, as they were written. Never updated.
CREATE TABLE agreement (
    award_id TEXT NOT NULL REFERENCES award (id),
    version INTEGER NOT NULL CHECK (version > 0),
    canonical_json TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    variation_id TEXT,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (award_id, version)
);

CREATE TABLE extension (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES round (round_id),
    reason TEXT NOT NULL,
    ends_on TEXT,
    interim_report_due TEXT,
    final_report_due TEXT,
    n_varied INTEGER NOT NULL CHECK (n_varied > 0),
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_by_organisation TEXT
);
CREATE INDEX extension_of_round ON extension (round_id, id);

CREATE TABLE variation (
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
CREATE INDEX variation_of_award ON variation (award_id, id);

CREATE TABLE payment (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES award (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    version BIGINT NOT NULL CHECK (version > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    due_by TEXT NOT NULL CHECK (due_by IN ('active', 'final_report', 'day')),
    due_on TEXT,
    state TEXT NOT NULL CHECK (state IN ('planned', 'due', 'on_hold', 'approved', 'instructed', 'paid', 'reconciled',
                                         'cancelled')),
    approved_by TEXT,
    approved_by_organisation TEXT,
    instructed_by TEXT,
    instructed_by_organisation TEXT,
    bank_reference TEXT,
    paid_on TEXT,
    reason TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (award_id, sequence),
    CHECK ((due_by = 'day') = (due_on IS NOT NULL)),
    CHECK ((state IN ('approved', 'instructed', 'paid', 'reconciled')) = (approved_by IS NOT NULL)),
    CHECK ((state IN ('instructed', 'paid', 'reconciled')) = (instructed_by IS NOT NULL)),
    CHECK ((instructed_by IS NULL) = (bank_reference IS NULL)),
    CHECK ((state IN ('paid', 'reconciled')) = (paid_on IS NOT NULL)),
    -- Rule 21.
    CHECK (instructed_by <> approved_by)
);
CREATE INDEX payment_on_day ON payment (due_on) WHERE state = 'planned';

-- Money that is to come back. All of an award's together are at most what was paid.
CREATE TABLE recovery (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES award (id),
    version BIGINT NOT NULL CHECK (version > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    returned_minor BIGINT NOT NULL CHECK (returned_minor >= 0),
    written_off_minor BIGINT NOT NULL CHECK (written_off_minor >= 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'requested', 'part_returned', 'returned', 'reconciled',
                                         'written_off')),
    reason TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (returned_minor + written_off_minor <= amount_minor),
    CHECK (state IN ('due', 'requested', 'part_returned') OR returned_minor + written_off_minor = amount_minor)
);
CREATE INDEX recovery_of_award ON recovery (award_id, id);

-- Which account of a payee is checked: the latest row of each counts (rules 21, 22). Never updated.
CREATE TABLE payee_check (
    organisation_id TEXT NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    account_reference TEXT NOT NULL,
    evidence TEXT NOT NULL,
    checked_by TEXT NOT NULL,
    checked_by_organisation TEXT,
    checked_at BIGINT NOT NULL,
    usable_from BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, sequence),
    CHECK (usable_from >= checked_at)
);

-- The postings, in double entry. Never updated.
CREATE TABLE ledger_entry (
    round_id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    happened_at BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('set_aside', 'commit', 'release', 'pay', 'return', 'write_off')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    award_id TEXT REFERENCES award (id),
    subject TEXT,
    PRIMARY KEY (round_id, instrument, sequence),
    FOREIGN KEY (round_id, instrument) REFERENCES pot (round_id, instrument),
    CHECK ((kind = 'set_aside') = (award_id IS NULL))
);

CREATE TABLE history (
    award_id TEXT NOT NULL REFERENCES award (id),
    sequence BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_organisation TEXT,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (award_id, sequence)
);
