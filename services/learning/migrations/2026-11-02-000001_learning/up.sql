-- The only key to the corpus (rule 30): from the first instant on, until the last one. One that was ended before it
-- began has no window.
CREATE TABLE commission (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    title TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    consultants TEXT NOT NULL,
    rounds TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    declarations TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (from_at < until_at OR reason <> '')
);

CREATE TABLE commission_consultant (
    commission_id TEXT NOT NULL REFERENCES commission (id),
    person_id TEXT NOT NULL,
    PRIMARY KEY (commission_id, person_id)
);
CREATE INDEX commission_of_consultant ON commission_consultant (person_id, commission_id);

CREATE TABLE commission_round (
    commission_id TEXT NOT NULL REFERENCES commission (id),
    round_id TEXT NOT NULL,
    PRIMARY KEY (commission_id, round_id)
);
CREATE INDEX commission_of_round ON commission_round (round_id, commission_id);

-- One document for each revision of a source. `position` grows with every write, so that the index of each process
-- knows what it has not seen.
CREATE TABLE document (
    id TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL UNIQUE CHECK (position > 0),
    kind TEXT NOT NULL CHECK (kind IN ('interim_report', 'final_report', 'case_study')),
    source_id TEXT NOT NULL,
    source_revision INTEGER NOT NULL CHECK (source_revision > 0),
    source_sha256 TEXT NOT NULL CHECK (length(source_sha256) = 64),
    round_id TEXT,
    award_reference TEXT NOT NULL,
    title TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    organisation_name TEXT NOT NULL,
    principles TEXT NOT NULL,
    theme TEXT NOT NULL,
    council_group TEXT NOT NULL,
    sections TEXT NOT NULL,
    may_quote BOOLEAN NOT NULL,
    contact TEXT NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    UNIQUE (source_id, source_revision),
    CHECK (kind = 'case_study' OR round_id IS NOT NULL)
);
CREATE INDEX document_of_round ON document (round_id, withdrawn);

CREATE TABLE codebook (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,
    versions TEXT NOT NULL
);

CREATE TABLE passage (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    commission_id TEXT NOT NULL REFERENCES commission (id),
    document_id TEXT NOT NULL REFERENCES document (id),
    source_id TEXT NOT NULL,
    source_revision INTEGER NOT NULL,
    source_sha256 TEXT NOT NULL,
    section_key TEXT NOT NULL,
    start_byte BIGINT NOT NULL CHECK (start_byte >= 0),
    end_byte BIGINT NOT NULL,
    quote TEXT NOT NULL CHECK (quote <> ''),
    codes TEXT NOT NULL,
    codebook_id TEXT NOT NULL REFERENCES codebook (id),
    codebook_version INTEGER NOT NULL CHECK (codebook_version > 0),
    memo TEXT NOT NULL,
    consent TEXT NOT NULL CHECK (consent IN ('not_asked', 'asked', 'given', 'refused', 'withdrawn')),
    answer_by BIGINT,
    organisation_id TEXT NOT NULL,
    award_reference TEXT NOT NULL,
    marked_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (start_byte < end_byte),
    CHECK ((consent = 'not_asked') = (answer_by IS NULL))
);
CREATE INDEX passage_of_commission ON passage (commission_id, id);
CREATE INDEX passage_of_document ON passage (document_id, id);
CREATE INDEX passage_of_council ON passage (organisation_id, id);

CREATE TABLE passage_code (
    passage_id TEXT NOT NULL REFERENCES passage (id),
    code TEXT NOT NULL,
    PRIMARY KEY (passage_id, code)
);

CREATE TABLE insight (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    commission_id TEXT NOT NULL REFERENCES commission (id),
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    conditions TEXT NOT NULL,
    passages TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('captured', 'checking', 'checked', 'approved', 'used', 'dropped')),
    answer_by BIGINT,
    answers TEXT NOT NULL,
    interest_declared BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (state IN ('captured', 'dropped') OR answer_by IS NOT NULL)
);
CREATE INDEX insight_of_commission ON insight (commission_id, id);
CREATE INDEX insight_in_check ON insight (answer_by) WHERE state = 'checking';

-- Councils that an insight was put to.
CREATE TABLE insight_council (
    insight_id TEXT NOT NULL REFERENCES insight (id),
    organisation_id TEXT NOT NULL,
    PRIMARY KEY (insight_id, organisation_id)
);
CREATE INDEX insight_of_council ON insight_council (organisation_id, insight_id);

CREATE TABLE case_study (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    revision INTEGER NOT NULL CHECK (revision > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    organisation_id TEXT NOT NULL,
    round_id TEXT,
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'consented', 'withdrawn')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX case_study_of_council ON case_study (organisation_id, id);

CREATE TABLE publication (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    commission_id TEXT NOT NULL REFERENCES commission (id),
    rounds TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'drafting', 'fact_check', 'approved', 'embargoed', 'published',
                                         'withdrawn')),
    -- The newest edition that readers have; 0 while there is none.
    readable INTEGER NOT NULL CHECK (readable >= 0),
    edition_number INTEGER NOT NULL CHECK (edition_number > 0),
    edition TEXT NOT NULL,
    publish_at BIGINT,
    deadline TEXT,
    embargo_group TEXT NOT NULL,
    published_at BIGINT,
    reason TEXT NOT NULL,
    correction_due BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (readable <= edition_number),
    CHECK (state <> 'embargoed' OR publish_at IS NOT NULL),
    CHECK (state <> 'published' OR (published_at IS NOT NULL AND readable = edition_number))
);
CREATE INDEX publication_of_commission ON publication (commission_id, id);
CREATE INDEX publication_due ON publication (publish_at) WHERE state = 'embargoed';

CREATE TABLE publication_round (
    publication_id TEXT NOT NULL REFERENCES publication (id),
    round_id TEXT NOT NULL,
    PRIMARY KEY (publication_id, round_id)
);
CREATE INDEX publication_over_round ON publication_round (round_id, publication_id);

-- Editions as they were published. Never updated.
CREATE TABLE printed (
    publication_id TEXT NOT NULL REFERENCES publication (id),
    number INTEGER NOT NULL CHECK (number > 0),
    edition TEXT NOT NULL,
    html TEXT NOT NULL,
    markdown TEXT NOT NULL,
    citations TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (publication_id, number)
);

-- Which edition cites which document, so that a consent taken back finds it (rule 32).
CREATE TABLE cited (
    publication_id TEXT NOT NULL REFERENCES publication (id),
    number INTEGER NOT NULL,
    document_id TEXT NOT NULL REFERENCES document (id),
    PRIMARY KEY (publication_id, number, document_id)
);
CREATE INDEX cited_document ON cited (document_id, publication_id);

-- Every transition: who, when, from, to and why.
CREATE TABLE history (
    subject TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (subject, sequence)
);
