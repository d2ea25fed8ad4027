/** The `error` object of Stripe's envelope. */
export interface StripeErrorFields {
  readonly type: "invalid_request_error" | "card_error" | "idempotency_error" | "api_error";
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly doc_url?: string;
}

export class StripeError extends Error {
  readonly status: number;
  readonly fields: StripeErrorFields;
  /** Stripe keeps a result under the idempotency key only once the work of the call had begun. */
  readonly replayable: boolean;

  constructor(status: number, fields: StripeErrorFields, replayable: boolean) {
    super(fields.message);
    this.status = status;
    this.fields = fields.code ? { ...fields, doc_url: toDocUrl(fields.code) } : fields;
    this.replayable = replayable;
  }
}

function toDocUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}`;
}

interface Where {
  readonly code?: string;
  readonly param?: string;
}

/** A parameter that fails validation: the work never began. */
export function invalidRequest(message: string, where: Where = {}, status = 400): StripeError {
  return new StripeError(status, { type: "invalid_request_error", message, ...where }, false);
}

/** A well-formed call that the object's state does not allow. */
export function notPossible(
  message: string,
  details: Where & { readonly payment_intent?: object } = {},
): StripeError {
  return new StripeError(400, { type: "invalid_request_error", message, ...details }, true);
}

export function noSuch(kind: string, id: string, param: string, status: 400 | 404): StripeError {
  const message = `No such ${kind}: '${id}'`;
  return new StripeError(
    status,
    { type: "invalid_request_error", code: "resource_missing", message, param },
    true,
  );
}

export function unrecognizedUrl(method: string, path: string): StripeError {
  return invalidRequest(
    `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the trailing slash. ` +
      "If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. " +
      "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
    {},
    404,
  );
}
