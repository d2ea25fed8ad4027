/**
 * A mocked Keybrake for unit tests, on msw. No test runner is needed.
 *
 * @module
 */
export {
  createKeybrakeServer,
  type IssuedKey,
  type KeybrakeServer,
  type KeybrakeServerOptions,
  type RefuseOptions,
} from "./keybrake-server.ts";
export type { CallCost, VendorCall, VendorHandler } from "./mock.ts";
