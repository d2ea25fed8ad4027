import type { Keybrake } from "@keybrake/core";
import { type Services, startServices } from "./services.ts";

const BUDGET_USD = 40;

const services = await startServices();
try {
  await run(services);
} finally {
  await services.close();
}

async function run({ stripe, proxyUrl, client, backendUrl }: Services): Promise<void> {
  await client.setBudget("refunds", { totalUsdCap: BUDGET_USD });
  console.log(`proxy    ${proxyUrl}, with a fake Stripe behind it`);
  console.log(`backend  ${backendUrl}, in Deno\n`);

  console.log("one key for each request, at most 20 USD");
  for (const amountCents of [1500, 2500]) await charge("charge", amountCents);

  console.log("\none key for a conversation, at most 50 USD in all");
  const charges: string[] = [];
  for (const amountCents of [2000, 2000, 2000]) charges.push(await charge("chats/42/charge", amountCents));
  await fetch(`${backendUrl}/chats/42`, { method: "DELETE" });
  console.log("  the conversation ends");

  console.log(`\none key for each message of the queue, ${BUDGET_USD} USD for all refunds`);
  const more = await Promise.all([charge("charge", 1900), charge("charge", 1900)]);
  for (const paid of [...charges.slice(0, 1), ...more])
    console.log(`  refund of ${paid}: ${await refund(paid)}`);

  const { grossMinor } = stripe.ledger();
  console.log(`\nStripe has moved ${toUsd(grossMinor.usd ?? 0)}, with the refunds`);
  const { issued, alive } = await countKeys(client);
  console.log(`${issued} vault keys were issued, ${alive} are alive`);

  async function charge(path: string, amountCents: number): Promise<string> {
    const response = await post(path, { amountCents });
    const { id, error } = (await response.json()) as { id: string; error?: string };
    console.log(`  POST /${path} ${toUsd(amountCents)}: ${response.status} ${id ?? error}`);
    return id;
  }

  async function refund(charge: string): Promise<string> {
    const { id } = (await (await post("refunds", { charge })).json()) as { id: string };
    for (;;) {
      const response = await fetch(`${backendUrl}/refunds/${id}`);
      const { outcome } = (await response.json()) as { outcome: string | null };
      if (outcome) return outcome;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function post(path: string, body: object): Promise<Response> {
    return fetch(`${backendUrl}/${path}`, {
      method: "POST",
      headers: { "x-user": "alice" },
      body: JSON.stringify(body),
    });
  }
}

/** The backend revokes a key right after it has answered: waits for the last of them, but not for ever. */
async function countKeys(client: Keybrake): Promise<{ issued: number; alive: number }> {
  for (const deadline = Date.now() + 10_000; ; ) {
    const { data } = await client.listKeys({ limit: 100 });
    const alive = data.filter(({ status }) => status === "active").length;
    if (alive === 0 || Date.now() > deadline) return { issued: data.length, alive };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function toUsd(cents: number): string {
  return `${(cents / 100).toFixed(2)} USD`;
}
