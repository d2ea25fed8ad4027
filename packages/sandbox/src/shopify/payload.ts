export interface UserError {
  readonly field: readonly string[] | null;
  readonly message: string;
  readonly code: string | null;
}

/** What a mutation answers with. The executor picks from it what the caller asked for. */
export interface Payload {
  readonly userErrors: readonly UserError[];
  readonly [field: string]: unknown;
}

/** What a mutation answered under a key. */
export interface KeptPayload {
  readonly mutation: string;
  /** Its arguments as JSON. */
  readonly args: string;
  readonly atMs: number;
  readonly payload: Payload;
}

/** HTTP 200, and nothing done. */
export function userError(
  field: readonly string[] | null,
  message: string,
  code: string | null = null,
): Payload {
  const userErrors = [{ field, message, code }];
  return { userErrors, orderCancelUserErrors: userErrors };
}
