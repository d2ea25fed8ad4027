import Stripe from "stripe";
import { onTestFinished } from "vitest";
import { type StripeSandbox, type StripeSandboxOptions, startStripeSandbox } from "../../index.ts";

export interface TestSandbox {
  readonly sandbox: StripeSandbox;
  /** The real SDK with the live key; it retries nothing but closed connections, which it always does once. */
  readonly stripe: Stripe;
  /** A plain form post with the live key, for what the SDK can't send. */
  post(path: string, body: string, headers?: Record<string, string>): Promise<Response>;
}

/** The parts of an answer that the tests look into. */
export interface AnswerBody {
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly error?: { readonly type: string; readonly message: string };
}

export async function readBody(response: Response): Promise<AnswerBody> {
  return (await response.json()) as AnswerBody;
}

/** A sandbox that closes with the test. */
export async function startForTest(options: StripeSandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startStripeSandbox(options);
  onTestFinished(() => sandbox.close());
  return {
    sandbox,
    stripe: createClient(sandbox, sandbox.secretKey),
    post: (path, body, headers) =>
      fetch(`${sandbox.url}${path}`, {
        method: "POST",
        body,
        headers: {
          authorization: `Bearer ${sandbox.secretKey}`,
          "content-type": "application/x-www-form-urlencoded",
          ...headers,
        },
      }),
  };
}

export function createClient(sandbox: StripeSandbox, key: string): Stripe {
  return new Stripe(key, {
    host: "127.0.0.1",
    port: sandbox.port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
}
