-- An addendum is a document of its own, with a release of its own. Empty where nothing was said yet.
ALTER TABLE addendum ADD COLUMN release TEXT NOT NULL DEFAULT '';
