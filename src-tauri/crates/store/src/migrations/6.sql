-- A result deflated (RFC 1951), in place of `record`, which is empty then: it repeats itself much, and there is one for each revision.
ALTER TABLE assessments ADD COLUMN packed BLOB;
