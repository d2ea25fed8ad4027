import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "vitest";

/** Nobody listens at a port of this machine any more. */
export async function expectNothingAt(port: number | string | undefined): Promise<void> {
  const [error] = await once(connect(Number(port), "127.0.0.1"), "error");
  expect(error.code).toBe("ECONNREFUSED");
}
