-- Since when the release holds that a document rests on: consents that were given under an earlier one are void.
ALTER TABLE document ADD COLUMN released_at BIGINT;
-- Number of an addendum; 0 for all else. Its row bears the kind of a final report, which says no more than that it is
-- none of a case study.
ALTER TABLE document ADD COLUMN addendum INTEGER NOT NULL DEFAULT 0 CHECK (addendum >= 0);

-- Who answered last for the council, and when.
ALTER TABLE passage ADD COLUMN answered_by TEXT;
ALTER TABLE passage ADD COLUMN answered_at BIGINT CHECK ((answered_by IS NULL) = (answered_at IS NULL));
ALTER TABLE case_study ADD COLUMN answered_by TEXT;
ALTER TABLE case_study ADD COLUMN answered_at BIGINT CHECK ((answered_by IS NULL) = (answered_at IS NULL));

-- Persons who put the present edition together.
ALTER TABLE publication ADD COLUMN authors TEXT NOT NULL DEFAULT '[]';
-- When it was to become public before it lost a quote, as a deadline.
ALTER TABLE publication ADD COLUMN proposal TEXT;
ALTER TABLE publication ADD COLUMN fact_check TEXT;

-- What an edition was printed from, so that what is taken back can be blacked out. Empty in rows that were written
-- before it was kept.
ALTER TABLE printed ADD COLUMN page TEXT NOT NULL DEFAULT '';

-- For which council somebody acted, if for one.
ALTER TABLE history ADD COLUMN actor_organisation TEXT;

-- What councils took back of editions that were published: the identity of the element that quotes, or of the source
-- that is told. Never deleted: what was taken back of an edition stays taken back there.
CREATE TABLE taken_back (
    publication_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    anchor TEXT NOT NULL CHECK (anchor <> ''),
    organisation_id TEXT NOT NULL,
    organisation_name TEXT NOT NULL,
    taken_back_at BIGINT NOT NULL,
    PRIMARY KEY (publication_id, number, anchor),
    FOREIGN KEY (publication_id, number) REFERENCES printed (publication_id, number)
);
