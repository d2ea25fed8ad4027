/**
 * Issues a key, pays with it and revokes it, over and over: `sdk-client.ts sdk|fetch URL SECONDS`. `fetch` makes the
 * same three requests by hand. Prints the calls and the CPU time as JSON.
 */
import { createKeybrake } from "@keybrake/core";

const CONCURRENCY = 16;
const TOKEN = "kbt_bench_sdk";
const POLICY = { label: "bench/1", vendor: "stripe", dailyUsdCap: 500, expiresIn: "5m" } as const;
const WIRE_POLICY = { label: "bench/1", vendor: "stripe", daily_usd_cap: 500, expires_in: "5m" };
const FORM = "amount=2000&currency=usd";
const FORM_TYPE = "application/x-www-form-urlencoded";

const [mode, url = "", seconds] = process.argv.slice(2);
const keybrake = createKeybrake({ token: TOKEN, apiUrl: url, proxyUrl: url });

async function payWithSdk(): Promise<void> {
  await keybrake.withVaultKey(POLICY, async (key) => {
    const headers = { "content-type": FORM_TYPE };
    const response = await key.fetch("/v1/payment_intents", { method: "POST", headers, body: FORM });
    await response.text();
  });
}

async function payByHand(): Promise<void> {
  const authorization = `Bearer ${TOKEN}`;
  const issued = await fetch(`${url}/v1/keys`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(WIRE_POLICY),
  });
  const key = (await issued.json()) as { id: string; token: string };
  const paid = await fetch(`${url}/stripe/v1/payment_intents`, {
    method: "POST",
    headers: { authorization: `Bearer ${key.token}`, "content-type": FORM_TYPE },
    body: FORM,
  });
  await paid.text();
  const revoked = await fetch(`${url}/v1/keys/${key.id}`, { method: "DELETE", headers: { authorization } });
  await revoked.json();
}

const pay = mode === "sdk" ? payWithSdk : payByHand;

async function run(forMs: number): Promise<number> {
  let calls = 0;
  const endsAt = performance.now() + forMs;
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await pay();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return calls;
}

await run(Number(seconds) * 1000);
const before = process.cpuUsage();
const calls = await run(Number(seconds) * 1000);
const used = process.cpuUsage(before);
console.log(JSON.stringify({ calls, cpu: (used.user + used.system) / calls }));
