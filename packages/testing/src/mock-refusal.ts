import { type Refusal, toErrorAnswer } from "@keybrake/core/protocol";

/** Thrown inside the mock; {@link toResponse} makes it the contract's answer. */
export class MockRefusal extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export function toResponse(refusal: Refusal): Response {
  const { status, headers, body } = toErrorAnswer(refusal, `req_${crypto.randomUUID()}`);
  return Response.json(body, { status, headers });
}
