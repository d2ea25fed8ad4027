export interface UserError {
  readonly field: readonly string[] | null;
  readonly message: string;
  readonly code: string | null;
}

/** The result of a mutation. The executor selects the fields that the client asked for. */
export interface Payload {
  readonly userErrors: readonly UserError[];
  readonly [field: string]: unknown;
}

/** The result that an idempotency key keeps. */
export interface KeptPayload {
  readonly mutation: string;
  /** Its arguments as JSON. */
  readonly args: string;
  readonly atMs: number;
  readonly payload: Payload;
}

/** Builds the result of a rejected mutation: an HTTP 200 without an effect. */
export function userError(
  field: readonly string[] | null,
  message: string,
  code: string | null = null,
): Payload {
  const userErrors = [{ field, message, code }];
  return { userErrors, orderCancelUserErrors: userErrors };
}
