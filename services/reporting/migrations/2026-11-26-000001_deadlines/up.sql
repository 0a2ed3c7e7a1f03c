-- A report's dates are kept as every deadline is: `instant`, and no longer `at`. Quotes within texts are escaped in JSON,
-- so that this is the name of a field and nothing else. Nothing was released with `at`, so it goes at once.
UPDATE report SET
    due = replace(due, '"at":', '"instant":'),
    originally_due = replace(originally_due, '"at":', '"instant":');
