/** What is needed to find what is old, or in doubt: the last day of each object, and indexes. */
export const RETENTION = `
ALTER TABLE objects ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_objects ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
UPDATE objects SET day = unixepoch() / 86400;
UPDATE account_objects SET day = unixepoch() / 86400;
CREATE INDEX objects_by_day ON objects (day);
CREATE INDEX account_objects_by_day ON account_objects (day);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_in_doubt ON audit (tenant, seq) WHERE outcome = 'unknown';
CREATE INDEX reservations_by_time ON reservations (at);
CREATE INDEX keys_by_end ON keys (min(expires_at, coalesce(revoked_at, expires_at)));
`;
