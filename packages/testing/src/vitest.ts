/**
 * The mocked Keybrake, wired to vitest.
 *
 * @module
 */
import { afterAll, afterEach, beforeAll } from "vitest";
import { createKeybrakeServer, type KeybrakeServer, type KeybrakeServerOptions } from "./keybrake-server.ts";

/**
 * Starts a mocked Keybrake before the tests of the file (or of the `describe` it is called in), resets it after
 * each test, and stops it after the last.
 *
 * @example
 * const server = setupKeybrake();
 *
 * it("tells the user that the cap is spent", async () => {
 *   server.refuse("cap_exhausted");
 *   expect((await request("/tools/charge")).status).toBe(402);
 * });
 */
export function setupKeybrake(options?: KeybrakeServerOptions): KeybrakeServer {
  const server = createKeybrakeServer(options);
  beforeAll(() => server.listen());
  afterEach(() => server.reset());
  afterAll(() => server.close());
  return server;
}
