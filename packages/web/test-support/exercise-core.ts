import {
  createKeybrake,
  type IssuePolicy,
  type Keybrake,
  KeybrakeError,
  type VaultKey,
} from "@keybrake/core";

/** What came of each thing that the client is for. It is plain data, since it crosses from one runtime to another. */
export type CoreReport = Record<string, unknown>;

/** Uses the client as a program does, in whatever runtime this is. A charge must cost 20 USD. */
export async function exerciseCore(client: Keybrake): Promise<CoreReport> {
  const policy: IssuePolicy = { label: "exercise", vendor: "stripe", totalUsdCap: 30, expiresIn: "1m" };
  const key = await client.issue(policy);
  const report: CoreReport = {
    shown: [String(key), JSON.stringify(key)].some((text) => text.includes(key.token))
      ? "the token"
      : "no token",
    paid: (await charge(key)).status,
    capped: await nameError(charge(key)),
    spentUsd: (await client.getKey(key.id)).spend.totalUsd,
  };

  const { expiresAt, signal } = key;
  await key.extend("10m");
  report.extended = key.expiresAt > expiresAt;
  const receipt = await key.revoke();
  report.receipt = receipt;
  report.signalled = (signal.reason as KeybrakeError).name;
  report.revoked = await nameError(charge(key));

  const used = await client.withVaultKey(policy, (scoped) => scoped.id);
  report.scopeEnds = (await client.getKey(used)).status;
  report.disposed = (await client.getKey(await useAndDispose(client, policy))).status;

  const shortLived = await client.issue({ ...policy, expiresIn: "1s" });
  await new Promise((resolve) => shortLived.signal.addEventListener("abort", resolve));
  report.expired = (shortLived.signal.reason as KeybrakeError).name;

  report.invalid = await nameError(client.issue({ ...policy, totalUsdCap: -1 }));
  const nobody = "http://127.0.0.1:9";
  const lost = createKeybrake({
    token: "kb",
    apiUrl: nobody,
    proxyUrl: nobody,
    retry: { attempts: 1, delayMs: 1 },
  });
  report.unavailable = await nameError(lost.issue(policy));
  return report;
}

function charge(key: VaultKey): Promise<Response> {
  const body = new URLSearchParams({ amount: "2000", currency: "usd" });
  return key.fetch("https://api.stripe.com/v1/payment_intents", { method: "POST", body });
}

async function useAndDispose(client: Keybrake, policy: IssuePolicy): Promise<string> {
  await using key = await client.issue(policy);
  return key.id;
}

async function nameError(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
    return "no error";
  } catch (error) {
    return KeybrakeError.isInstance(error) ? error.name : `not ours: ${error}`;
  }
}
