import { type Sandbox, type SandboxOptions, startSandboxServer } from "../sandbox-server.ts";
import { createResendVendor } from "./resend-vendor.ts";
import type { ResendWorld } from "./world.ts";

export interface ResendSandboxOptions extends SandboxOptions {
  /** The one API key it accepts at first. Default `re_sandbox`. */
  readonly apiKey?: string;
  /** What one recipient of one email costs, in millionths of a US dollar. Default 900 (0.0009 USD). */
  readonly recipientMicroUsd?: number;
  /** The domains it lists as verified. It accepts any other domain too. Default `["example.com"]`. */
  readonly domains?: readonly string[];
  /** How many contacts a broadcast goes to. Default 10. */
  readonly segmentSize?: number;
}

/** A running Resend emulator. */
export interface ResendSandbox extends Sandbox {
  readonly apiKey: string;
}

/**
 * Starts a Resend emulator on its own port. It sends no email, and records one entry per recipient of every email
 * in its own ledger.
 *
 * @example
 * const sandbox = await startResendSandbox();
 * const resend = new Resend(sandbox.apiKey, { baseUrl: sandbox.url });
 * await resend.emails.send({ from: "a@example.com", to: ["b@example.com", "c@example.com"], subject: "Hi", text: "Hi" });
 * sandbox.ledger().grossMicroUsd; // 1800
 * await sandbox.close();
 */
export async function startResendSandbox(options: ResendSandboxOptions = {}): Promise<ResendSandbox> {
  const {
    apiKey = "re_sandbox",
    recipientMicroUsd = 900,
    domains = ["example.com"],
    segmentSize = 10,
  } = options;
  const world: ResendWorld = {
    recipientMicroUsd,
    domains,
    segmentSize,
    apiKeys: new Map(),
    emails: new Map(),
    broadcasts: new Map(),
    idempotencyKeys: new Map(),
  };

  function resetWorld(): void {
    world.apiKeys.clear();
    world.emails.clear();
    world.broadcasts.clear();
    world.idempotencyKeys.clear();
    world.apiKeys.set(apiKey, { id: "first", name: "Sandbox", createdAtMs: 0 });
  }

  const sandbox = await startSandboxServer(options, (context) =>
    createResendVendor({ ...context, world, resetWorld }),
  );
  return { ...sandbox, apiKey };
}
