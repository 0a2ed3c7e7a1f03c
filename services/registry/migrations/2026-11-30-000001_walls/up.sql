-- A role that one person gave waits until another confirms it.
ALTER TABLE role_grant ADD COLUMN granted_by TEXT;
ALTER TABLE role_grant ADD COLUMN pending BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE role_grant ADD COLUMN confirmed_by TEXT CHECK (confirmed_by IS NULL OR NOT pending);

-- When a person first signed in. Of those who are here already it is supposed that they have.
ALTER TABLE person ADD COLUMN signed_in_at BIGINT;
UPDATE person SET signed_in_at = created_at;

-- A client that the network entered waits for its council.
ALTER TABLE client ADD COLUMN pending BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT pending OR revoked_at IS NULL);

-- An address that waits to be confirmed with the code that was mailed to it; a newer one takes its place.
CREATE TABLE email_change (
    person_id TEXT NOT NULL PRIMARY KEY REFERENCES person (id),
    id TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL CHECK (email <> ''),
    code TEXT NOT NULL,
    n_tries INTEGER NOT NULL CHECK (n_tries BETWEEN 0 AND 5),
    started_at BIGINT NOT NULL,
    -- Asked for by a network administrator, who may also where the person has a duty elsewhere.
    by_network BOOLEAN NOT NULL
);

-- Every act on what the register holds. It bears no name and no address, and stays for good.
CREATE TABLE history (
    subject TEXT NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence >= 1),
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_organisation TEXT,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (subject, sequence)
);

-- Where the code of a sign-in is that of an earlier one, which was mailed: nobody is mailed more than is bearable.
ALTER TABLE sign_in ADD COLUMN mailed_as TEXT;

-- What a person who signed in goes on with; its identity is that of the sign-in.
CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    started_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL CHECK (used_at >= started_at),
    -- Network address, shown to the person alone.
    begun_from TEXT NOT NULL
);
CREATE INDEX session_by_person ON session (person_id, started_at);
CREATE INDEX session_by_start ON session (started_at);

-- Digests. Spent ones stay as long as the session, which ends when one is used again.
CREATE TABLE refresh_token (
    digest TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES session (id),
    spent BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX refresh_token_next ON refresh_token (session_id) WHERE NOT spent;
CREATE INDEX refresh_token_by_session ON refresh_token (session_id);
