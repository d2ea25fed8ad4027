import twilio from "twilio";
import { onTestFinished } from "vitest";
import { startTwilioSandbox, type TwilioSandbox, type TwilioSandboxOptions } from "../../index.ts";

export type TwilioClient = ReturnType<typeof twilio>;

export interface TestSandbox {
  readonly sandbox: TwilioSandbox;
  /** The real SDK with the main account's token. */
  readonly client: TwilioClient;
  /** A plain form post with the main account's token. */
  post(path: string, form: string, headers?: Record<string, string>): Promise<Response>;
  get(path: string): Promise<Response>;
}

/** A sandbox that closes with the test. */
export async function startForTest(options: TwilioSandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startTwilioSandbox(options);
  onTestFinished(() => sandbox.close());
  const authorization = toBasic(sandbox.accountSid, sandbox.authToken);
  return {
    sandbox,
    client: createClient(sandbox, sandbox.accountSid, sandbox.authToken),
    post: (path, body, headers) =>
      fetch(`${sandbox.url}${path}`, {
        method: "POST",
        body,
        headers: { authorization, "content-type": "application/x-www-form-urlencoded", ...headers },
      }),
    get: (path) => fetch(`${sandbox.url}${path}`, { headers: { authorization } }),
  };
}

export function toBasic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** Sends what is meant for any Twilio host to the sandbox, as an httpClient of the SDK can. */
export function createClient(
  sandbox: TwilioSandbox,
  user: string,
  password: string,
  accountSid?: string,
): TwilioClient {
  const inner = new twilio.RequestClient();
  return twilio(user, password, {
    ...(accountSid === undefined ? {} : { accountSid }),
    httpClient: new Proxy(inner, {
      get(target, name) {
        if (name !== "request") return Reflect.get(target, name);
        return (options: Parameters<typeof inner.request>[0]) =>
          target.request({ ...options, uri: options.uri.replace(/^https:\/\/[^/]+/, sandbox.url) });
      },
    }),
  });
}
