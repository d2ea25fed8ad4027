import { Refused } from "../refusals/refused.ts";

/** What a Keybrake token may do: `read` every GET, `issue` also what issues or restrains keys, `admin` everything. */
export type Role = (typeof ROLES)[number];

/** Each may do what those before it may. */
export const ROLES = ["read", "issue", "admin"] as const;

/** The role that an operation needs if it names none: one that changes something is an admin's unless it says otherwise. */
export function defaultRole(method: string): Role {
  return method === "GET" ? "read" : "admin";
}

export function hasRole(own: Role, needed: Role): boolean {
  return ROLES.indexOf(own) >= ROLES.indexOf(needed);
}

/** @throws {Refused} `insufficient_role` when the token's role doesn't reach */
export function requireRole(own: Role, needed: Role): void {
  if (hasRole(own, needed)) return;
  throw new Refused({
    code: "insufficient_role",
    message: `This request needs a Keybrake token with the role ${needed}, and this token has ${own}. Nothing was changed. Use another token, or set role on its entry in tokens.`,
  });
}
