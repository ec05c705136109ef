-- What follow-ups say of the time since the decision, as JSON: so that the figures of a year are counted without reading each record.
ALTER TABLE episodes ADD COLUMN outcome TEXT;
