import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import type { CallSummary } from "@keybrake/proxy";
import { afterEach, expect, it, vi } from "vitest";
import { createOutput } from "./output.ts";

const CALL: CallSummary = {
  requestId: "req_1",
  keyId: "key_1",
  label: "demo",
  vendor: "stripe",
  method: "GET",
  path: "/v1/balance",
  status: 200,
  code: null,
  costMicroUsd: 0,
  durationMs: 7,
};
const NOON = new Date(2026, 0, 2, 12, 0, 0).getTime();

afterEach(() => vi.unstubAllEnvs());

function print(call: Partial<CallSummary>, { json = false, isTTY = false } = {}): string {
  const stream = new PassThrough();
  const terminal = { isTTY, getColorDepth: WriteStream.prototype.getColorDepth };
  createOutput(Object.assign(stream, terminal), { json, clock: () => NOON }).writeCall({ ...CALL, ...call });
  return String(stream.read());
}

it.each<{ call: Partial<CallSummary>; line: string }>([
  { call: {}, line: "12:00:00  200  GET     /stripe/v1/balance  demo  $0.00\n" },
  { call: { costMicroUsd: 14_500 }, line: "12:00:00  200  GET     /stripe/v1/balance  demo  $0.0145\n" },
  { call: { costMicroUsd: null }, line: "12:00:00  200  GET     /stripe/v1/balance  demo  cost unknown\n" },
  {
    call: { label: null, status: 401, code: "invalid_key" },
    line: "12:00:00  401  GET     /stripe/v1/balance  -  invalid_key\n",
  },
])("prints a call as one line: $line", ({ call, line }) => {
  expect(print(call)).toBe(line);
});

it("prints nothing that a terminal would obey", () => {
  expect(print({ path: "/v1/\u202ecod\u009b2J" })).toBe(
    "12:00:00  200  GET     /stripe/v1/?cod?2J  demo  $0.00\n",
  );
});

it("colors on a terminal alone, and where NO_COLOR is not set", () => {
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("CI", undefined);
  vi.stubEnv("NODE_DISABLE_COLORS", undefined);
  vi.stubEnv("TERM", "xterm-256color");
  vi.stubEnv("NO_COLOR", undefined);
  expect(print({}, { isTTY: true })).toContain("\u001b[32m200\u001b[39m");
  expect(print({ status: 429, code: "cap_exhausted" }, { isTTY: true })).toContain("\u001b[33mcap_exhausted");
  expect(print({}, { isTTY: false })).not.toContain("\u001b");
  vi.stubEnv("NO_COLOR", "1");
  expect(print({}, { isTTY: true })).not.toContain("\u001b");
});

it("prints a call as JSON, in the names of the wire", () => {
  const line = print({ costMicroUsd: 14_500 }, { json: true, isTTY: true });
  expect(JSON.parse(line)).toEqual({
    event: "call",
    at: new Date(NOON).toISOString(),
    request_id: "req_1",
    key_id: "key_1",
    label: "demo",
    vendor: "stripe",
    method: "GET",
    path: "/v1/balance",
    status: 200,
    code: null,
    cost_usd: 0.0145,
    duration_ms: 7,
  });
});
