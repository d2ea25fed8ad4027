/**
 * Issues a key, pays with it and revokes it, over and over, with the SDK and with the same three requests by hand:
 * `sdk-client.ts URL SECONDS`. Prints the CPU microseconds per key and call as JSON. The two take turns many times a
 * second, so that what else the machine does meets both.
 */
import { createKeybrake } from "@keybrake/core";
import { toMedian } from "../measure.ts";

const CONCURRENCY = 16;
const TOKEN = "kbt_bench_sdk";
const POLICY = { label: "bench/1", vendor: "stripe", dailyUsdCap: 500, expiresIn: "5m" } as const;
const WIRE_POLICY = { label: "bench/1", vendor: "stripe", daily_usd_cap: 500, expires_in: "5m" };
const FORM = "amount=2000&currency=usd";
const FORM_TYPE = "application/x-www-form-urlencoded";

const TURN_MS = 100;

const [url = "", seconds] = process.argv.slice(2);
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

/** CPU microseconds per key and call. */
async function takeTurn(pay: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  const endsAt = performance.now() + TURN_MS;
  let calls = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await pay();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** Each has half of the time. */
async function measure(totalMs: number): Promise<{ sdk: number; fetch: number }> {
  const sdk: number[] = [];
  const byHand: number[] = [];
  for (let turn = 0; turn < totalMs / TURN_MS / 2; turn++) {
    sdk.push(await takeTurn(payWithSdk));
    byHand.push(await takeTurn(payByHand));
  }
  return { sdk: toMedian(sdk), fetch: toMedian(byHand) };
}

const forMs = Number(seconds) * 2000;
await measure(forMs);
console.log(JSON.stringify(await measure(forMs)));
