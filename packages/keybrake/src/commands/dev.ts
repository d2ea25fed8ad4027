import { randomBytes } from "node:crypto";
import { createProxy, ListenError } from "@keybrake/proxy";
import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import type { Command } from "commander";
import { reportInternalError } from "../failure.ts";
import { createOutput } from "../output.ts";
import { runUntilSignal } from "../run-until-signal.ts";
import { toPort } from "../to-port.ts";

interface DevOptions {
  port: number;
  stripePort: number;
  host: string;
  json?: boolean;
}

/** `keybrake dev`: the proxy in front of a sandbox, to be tried with nothing set up. */
export function addDevCommand(program: Command): void {
  program
    .command("dev")
    .description("try it: run the proxy in front of a sandbox Stripe")
    .option("-p, --port <port>", "where the proxy listens; 0 for any free port", toPort, 4242)
    .option("--stripe-port <port>", "where the sandbox listens; 0 for any free port", toPort, 4243)
    .option("--host <host>", "the address that both listen on", "127.0.0.1")
    .option("--json", "print JSON lines for machines: the start, then each call")
    .addHelpText(
      "after",
      `
No account is needed and no money is real. The Keybrake token is a new one each time, and everything is
forgotten at the end.

Examples:
  keybrake dev
  keybrake dev --port 0 --stripe-port 0
  keybrake dev --json`,
    )
    .action(dev);
}

async function dev({ port, stripePort, host, json = false }: DevOptions): Promise<void> {
  const token = `kb_dev_${createRandom()}`;
  const output = createOutput(process.stdout, { json });
  const sandbox = await startSandbox(host, stripePort);
  try {
    const proxy = createProxy(
      {
        listen: `${host.includes(":") ? `[${host}]` : host}:${port}`,
        tokens: [{ name: "dev", token }],
        vendors: {
          stripe: {
            upstream: toLocalUrl(sandbox.url),
            credential: sandbox.secretKey,
            test_credential: sandbox.testSecretKey,
          },
        },
      },
      { onCall: output.writeCall, onInternalError: reportInternalError },
    );
    await runUntilSignal(proxy, output, ({ url }) => {
      const env = {
        KEYBRAKE_TOKEN: token,
        KEYBRAKE_API_URL: toLocalUrl(url),
        KEYBRAKE_PROXY_URL: toLocalUrl(url),
      };
      const sandboxUrl = toLocalUrl(sandbox.url);
      const ledgerUrl = `${sandboxUrl}/_sandbox/ledger`;
      output.write(describeStart(env, ledgerUrl), {
        event: "ready",
        env,
        sandbox: { url: sandboxUrl, ledger_url: ledgerUrl },
      });
    });
  } finally {
    await sandbox.close();
  }
}

/** The sandbox's keys are random, too: an agent that knew them could pay without passing the proxy. */
async function startSandbox(host: string, port: number): Promise<StripeSandbox> {
  try {
    return await startStripeSandbox({
      host,
      port,
      secretKey: `sk_live_sandbox_${createRandom()}`,
      testSecretKey: `sk_test_sandbox_${createRandom()}`,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "the port is in use" : (code ?? message);
    throw new ListenError(`can't listen on ${host}:${port}: ${why}`, { cause: error });
  }
}

function describeStart(env: Record<string, string>, ledgerUrl: string): string {
  const { KEYBRAKE_TOKEN: token, KEYBRAKE_API_URL: url } = env;
  const exports = Object.entries(env).map(([name, value]) => `  export ${name}=${value}`);
  return `Keybrake runs in front of a sandbox Stripe. No money is real; all is forgotten at the end.

For your agent's environment:

${exports.join("\n")}

Issue a vault key that may spend 50 USD:

  VAULT_KEY=$(curl -s ${url}/v1/keys \\
    -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\
    -d '{"label":"demo","vendor":"stripe","daily_usd_cap":50,"expires_in":"1h"}' \\
    | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')

Spend 20 USD with it; the third time meets the cap:

  curl -s ${url}/stripe/v1/payment_intents -H "Authorization: Bearer $VAULT_KEY" -d amount=2000 -d currency=usd

What Stripe did, by its own count: ${ledgerUrl}

Calls, as they are settled or refused (Ctrl+C to end):
`;
}

/** A URL that a client can call, where the server listens on every address. */
function toLocalUrl(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

function createRandom(): string {
  return randomBytes(24).toString("base64url");
}
