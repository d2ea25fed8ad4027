/** The tables of a ledger. Amounts are micro-USD, moments ms since the epoch, days UTC days since the epoch. */
export const LEDGER = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  total INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE account_days (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  day INTEGER NOT NULL,
  spent INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE account_objects (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  object TEXT NOT NULL,
  micro_usd INTEGER NOT NULL,
  PRIMARY KEY (account, object)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  parent TEXT,
  token_hash TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  vendor TEXT NOT NULL,
  mode TEXT NOT NULL,
  policy TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  max_expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  account INTEGER NOT NULL,
  calls INTEGER NOT NULL DEFAULT 0,
  recent_calls TEXT NOT NULL DEFAULT '[]',
  receipt TEXT
) STRICT;
CREATE INDEX keys_by_tenant ON keys (tenant, seq);
CREATE INDEX keys_by_parent ON keys (parent) WHERE parent IS NOT NULL;

CREATE TABLE budgets (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  account INTEGER NOT NULL,
  daily_cap INTEGER,
  total_cap INTEGER,
  frozen INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
  id INTEGER PRIMARY KEY,
  day INTEGER NOT NULL,
  whole INTEGER NOT NULL,
  object TEXT,
  spends INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released')),
  open_tries INTEGER NOT NULL,
  tainted INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  awaits_original INTEGER NOT NULL,
  follows INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- of the key and then of its budgets: [account, held, spent]
  shares TEXT NOT NULL,
  -- the audit entries of its tries
  entries TEXT NOT NULL
) STRICT;
CREATE INDEX reservations_in_doubt ON reservations (at) WHERE state = 'held' AND tainted = 1;
CREATE INDEX reservations_without_money ON reservations (at) WHERE spends = 0;

CREATE TABLE tries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  reservation INTEGER NOT NULL REFERENCES reservations,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  abandoned TEXT NOT NULL,
  settlement TEXT,
  given_up INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX tries_open ON tries (key) WHERE settlement IS NULL;
CREATE INDEX tries_overdue ON tries (deadline) WHERE settlement IS NULL;
CREATE INDEX tries_by_time ON tries (at);
CREATE INDEX tries_by_reservation ON tries (reservation);

CREATE TABLE replays (
  id TEXT PRIMARY KEY,
  reservation INTEGER NOT NULL REFERENCES reservations,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replays_by_time ON replays (at);
CREATE INDEX replays_by_reservation ON replays (reservation);

CREATE TABLE objects (
  tenant TEXT NOT NULL,
  object TEXT NOT NULL,
  micro_usd INTEGER NOT NULL,
  told INTEGER NOT NULL,
  PRIMARY KEY (tenant, object)
) STRICT, WITHOUT ROWID;

CREATE TABLE issues (
  replay_key TEXT PRIMARY KEY,
  request_hash TEXT NOT NULL,
  salt TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX issues_by_time ON issues (at);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant TEXT,
  key TEXT,
  label TEXT,
  vendor TEXT NOT NULL,
  decision TEXT NOT NULL,
  outcome TEXT NOT NULL,
  at INTEGER NOT NULL,
  reservation INTEGER REFERENCES reservations,
  -- the whole entry
  record TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_tenant ON audit (tenant, seq);
CREATE INDEX audit_by_key ON audit (key, seq) WHERE key IS NOT NULL;
CREATE INDEX audit_by_reservation ON audit (reservation) WHERE reservation IS NOT NULL;
`;
