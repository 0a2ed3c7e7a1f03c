UPDATE report SET
    due = replace(due, '"instant":', '"at":'),
    originally_due = replace(originally_due, '"instant":', '"at":');
