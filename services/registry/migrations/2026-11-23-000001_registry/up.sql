-- Organisations, known by an identity of ours: names, codes and boundaries change.
CREATE TABLE organisation (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('principal_council', 'strategic_authority', 'local_council', 'political_group',
        'network', 'company', 'charity', 'university', 'other')),
    name TEXT NOT NULL CHECK (name <> ''),
    name_cy TEXT NOT NULL,
    short_name TEXT NOT NULL,
    code TEXT NOT NULL,
    org_id TEXT NOT NULL,
    gss_code TEXT NOT NULL,
    authority_type TEXT NOT NULL,
    authority_type_name TEXT NOT NULL,
    nation TEXT CHECK (nation IN ('England', 'Scotland', 'Wales', 'Northern Ireland')),
    region TEXT NOT NULL,
    county_code TEXT NOT NULL,
    combined_authority_code TEXT NOT NULL,
    -- As precisely as the register gives them: a day, a year, or nothing.
    start_date TEXT NOT NULL,
    end_date TEXT NOT NULL,
    -- First day on which it no longer exists.
    abolished_from TEXT,
    gov_uk_slug TEXT NOT NULL,
    website TEXT NOT NULL,
    legal_body BOOLEAN NOT NULL,
    -- Folded name, by which lists are ordered, and folded names and website, in which searches look.
    sort_name TEXT NOT NULL,
    haystack TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (kind <> 'political_group' OR NOT legal_body),
    CHECK ((end_date = '') = (abolished_from IS NULL))
);
CREATE UNIQUE INDEX organisation_code ON organisation (code) WHERE code <> '';
CREATE UNIQUE INDEX organisation_org_id ON organisation (org_id) WHERE org_id <> '';
CREATE UNIQUE INDEX organisation_gss_code ON organisation (gss_code) WHERE gss_code <> '';
CREATE INDEX organisation_by_name ON organisation (sort_name, id);

CREATE TABLE former_gss_code (
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    place INTEGER NOT NULL,
    gss_code TEXT NOT NULL,
    PRIMARY KEY (organisation_id, place)
);
CREATE INDEX former_gss_code_by_code ON former_gss_code (gss_code);

-- Several when a council was divided (rule 28).
CREATE TABLE successor (
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    place INTEGER NOT NULL,
    successor_id TEXT NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (organisation_id, place),
    UNIQUE (organisation_id, successor_id),
    CHECK (organisation_id <> successor_id)
);
CREATE INDEX successor_of ON successor (successor_id);

-- Days as `YYYY-MM-DD`, so that texts sort as days do. `until_date` is the first day on which it no longer holds.
CREATE TABLE membership (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    class TEXT NOT NULL CHECK (class IN ('full', 'associate', 'affiliate', 'supporter')),
    from_date TEXT NOT NULL,
    until_date TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (until_date >= from_date)
);
-- Overlaps are refused in code; this much of it every engine can hold.
CREATE UNIQUE INDEX membership_open ON membership (organisation_id) WHERE until_date IS NULL;
CREATE INDEX membership_by_organisation ON membership (organisation_id, from_date);
CREATE INDEX membership_by_day ON membership (from_date, id);

CREATE TABLE suspension (
    membership_id TEXT NOT NULL REFERENCES membership (id),
    place INTEGER NOT NULL,
    from_date TEXT NOT NULL,
    until_date TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (membership_id, place),
    CHECK (until_date > from_date)
);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL CHECK (name <> ''),
    sort_name TEXT NOT NULL,
    email TEXT NOT NULL CHECK (email <> ''),
    -- Lower case, as sign-in compares it.
    email_folded TEXT NOT NULL,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- Of those who can sign in, one per address.
CREATE UNIQUE INDEX person_email ON person (email_folded) WHERE ended_at IS NULL;
CREATE INDEX person_by_name ON person (sort_name, id);
CREATE INDEX person_by_organisation ON person (organisation_id);

CREATE TABLE role_grant (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    duty TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT,
    CHECK (ends_at >= starts_at)
);
CREATE UNIQUE INDEX role_grant_open ON role_grant (person_id, duty, organisation_id) WHERE ends_at IS NULL;
CREATE INDEX role_grant_by_person ON role_grant (person_id);
CREATE INDEX role_grant_by_duty ON role_grant (duty, person_id);

CREATE TABLE board (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1),
    name TEXT NOT NULL CHECK (name <> ''),
    name_cy TEXT NOT NULL,
    short_name TEXT NOT NULL UNIQUE CHECK (short_name <> ''),
    quorum INTEGER NOT NULL CHECK (quorum >= 1),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE seat (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1),
    board_id TEXT NOT NULL REFERENCES board (id),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    voting BOOLEAN NOT NULL,
    from_date TEXT NOT NULL,
    until_date TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (until_date >= from_date)
);
CREATE UNIQUE INDEX seat_open ON seat (board_id, person_id) WHERE until_date IS NULL;
CREATE INDEX seat_by_day ON seat (from_date, id);
CREATE INDEX seat_by_person ON seat (person_id);

CREATE TABLE client (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1),
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL CHECK (name <> ''),
    sort_name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('public_key', 'secret')),
    -- Separated by spaces, as in a token.
    scopes TEXT NOT NULL,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX client_by_name ON client (sort_name, id);
CREATE INDEX client_by_organisation ON client (organisation_id);

CREATE TABLE client_key (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id),
    kid TEXT NOT NULL,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('EdDSA', 'ES256', 'PS256', 'RS256')),
    jwk TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    retire_at BIGINT,
    UNIQUE (client_id, kid)
);

CREATE TABLE client_secret (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id),
    digest TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    retire_at BIGINT
);
CREATE INDEX client_secret_by_client ON client_secret (client_id);

-- Each assertion is good once; its row goes when the assertion would have expired anyway.
CREATE TABLE used_assertion (
    client_id TEXT NOT NULL REFERENCES client (id),
    jti TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE INDEX used_assertion_by_end ON used_assertion (expires_at);

-- Started for unknown addresses too, of which only the digest is kept.
CREATE TABLE sign_in (
    id TEXT NOT NULL PRIMARY KEY,
    email_sha256 TEXT NOT NULL,
    person_id TEXT REFERENCES person (id),
    code TEXT NOT NULL,
    n_tries INTEGER NOT NULL CHECK (n_tries BETWEEN 0 AND 5),
    started_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX sign_in_by_address ON sign_in (email_sha256, started_at);
CREATE INDEX sign_in_by_start ON sign_in (started_at);

-- The counter is the row that all revocations share: it makes positions gapless in the order of the commits.
CREATE TABLE revocation_counter (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    last_position BIGINT NOT NULL
);
INSERT INTO revocation_counter (only_row, last_position) VALUES (1, 0);

CREATE TABLE revocation (
    position BIGINT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    revoked_at BIGINT NOT NULL
);
CREATE INDEX revocation_by_subject ON revocation (subject, position);

-- The public keys of the platform's roles; retired ones stay for ever. Seconds, as tokens count.
CREATE TABLE role_key (
    kid TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE UNIQUE INDEX role_key_in_use ON role_key (role) WHERE retired_at IS NULL;
