-- No delete up to this hybrid timestamp hits a row of the segment: a merge has left out those that one did. 0 = unknown.
ALTER TABLE segments ADD COLUMN IF NOT EXISTS purged_through BIGINT DEFAULT 0 NOT NULL;
