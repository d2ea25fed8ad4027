import { Resend } from "resend";
import { onTestFinished } from "vitest";
import { type ResendSandbox, type ResendSandboxOptions, startResendSandbox } from "../../index.ts";

export interface TestSandbox {
  readonly sandbox: ResendSandbox;
  /** The real SDK with the first API key. */
  readonly resend: Resend;
  /** A plain post with that key. A string goes out as it is, anything else as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A sandbox that closes with the test. */
export async function startForTest(options: ResendSandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startResendSandbox(options);
  onTestFinished(() => sandbox.close());
  return {
    sandbox,
    resend: new Resend(sandbox.apiKey, { baseUrl: sandbox.url }),
    post: (path, body, headers) =>
      fetch(`${sandbox.url}${path}`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: {
          authorization: `Bearer ${sandbox.apiKey}`,
          "content-type": "application/json",
          ...headers,
        },
      }),
  };
}
