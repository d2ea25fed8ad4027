/** Brakes on the keys of a tenant, those issued later too. */
export const FREEZES = `
CREATE TABLE freezes (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  -- the whole freeze
  record TEXT NOT NULL,
  UNIQUE (tenant, id)
) STRICT;
`;
