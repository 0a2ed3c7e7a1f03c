-- What was answered and declared is lost; who takes part stands in `participant`, and in the revisions.
ALTER TABLE bid DROP COLUMN declared_conflicts;
DROP TABLE participation;
DROP TABLE upload;
