-- What was taken back of published editions is forgotten.
DROP TABLE taken_back;
ALTER TABLE history DROP COLUMN actor_organisation;
ALTER TABLE printed DROP COLUMN page;
ALTER TABLE publication DROP COLUMN fact_check;
ALTER TABLE publication DROP COLUMN proposal;
ALTER TABLE publication DROP COLUMN authors;
ALTER TABLE case_study DROP COLUMN answered_at;
ALTER TABLE case_study DROP COLUMN answered_by;
ALTER TABLE passage DROP COLUMN answered_at;
ALTER TABLE passage DROP COLUMN answered_by;
-- An addendum would be taken for a report there.
DELETE FROM cited WHERE document_id IN (SELECT id FROM document WHERE addendum > 0);
DELETE FROM passage_code WHERE passage_id IN
    (SELECT passage.id FROM passage JOIN document ON document.id = passage.document_id WHERE addendum > 0);
DELETE FROM passage WHERE document_id IN (SELECT id FROM document WHERE addendum > 0);
DELETE FROM document WHERE addendum > 0;
ALTER TABLE document DROP COLUMN addendum;
ALTER TABLE document DROP COLUMN released_at;
