/** What the tests call of the released SDK. It was written before today's types, so it has its own. */
export declare function createKeybrake(options: { token: string; apiUrl: string }): ReleasedClient;
export declare function isCapExhausted(value: unknown): value is Error & { limit: string; capUsd: number };

export interface ReleasedPolicy {
  label: string;
  vendor: string;
  budgets?: string[];
  allowedEndpoints?: string[];
  dailyUsdCap?: number;
}

export interface ReleasedKey {
  id: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  extend(expiresIn: string): Promise<void>;
  revoke(): Promise<{ calls: number; heldUsd: number }>;
}

export interface ReleasedKeyInfo {
  id: string;
  status: "active" | "expired" | "revoked";
  budgets: string[];
  allowedEndpoints?: string[];
  accounts: string[];
}

export interface ReleasedEntry {
  id: string;
  keyId: string | null;
  outcome: "settled" | "released" | "unknown" | "none";
  costUsd: number | null;
  budgets: string[];
}

export interface ReleasedClient {
  issue(policy: ReleasedPolicy): Promise<ReleasedKey>;
  withVaultKey<Result>(policy: ReleasedPolicy, use: (key: ReleasedKey) => Promise<Result>): Promise<Result>;
  getKey(id: string): Promise<ReleasedKeyInfo & { spend: { totalUsd: number; remainingUsd: number | null } }>;
  listKeys(filter?: { budget?: string }): Promise<{ data: ReleasedKeyInfo[] }>;
  revokeKeys(filter: { budget: string }): Promise<number>;
  validate(question: {
    vendor: string;
    budgets?: string[];
    usd?: number;
  }): Promise<{ allowed: boolean; code?: string }>;
  getBudget(name: string): Promise<{ name: string; dailyUsdCap: number | null; spend: { totalUsd: number } }>;
  listBudgets(): Promise<{ data: { name: string }[] }>;
  listAudit(): Promise<{ data: ReleasedEntry[] }>;
  reconcile(auditId: string, costUsd: number): Promise<ReleasedEntry>;
}
