import "reflect-metadata";
import { setTimeout as sleep } from "node:timers/promises";
import { createKeybrake, type Keybrake, type KeyInfo } from "@keybrake/core";
import { NestFactory } from "@nestjs/core";
import { placeOrder, placeOrders } from "./agent.ts";
import { AppModule } from "./app.module.ts";
import { startServices } from "./services.ts";

const services = await startServices();
try {
  Object.assign(process.env, services.environment);
  const keybrake = createKeybrake();
  await keybrake.setBudget("user:alice", { dailyUsdCap: 50 });
  await keybrake.setBudget("user:bob", { dailyUsdCap: 50 });

  const app = await NestFactory.create(AppModule, { logger: ["error"] });
  await app.listen(0, "127.0.0.1");
  await order(await app.getUrl()).finally(() => app.close());

  const keys = await listKeysAtRest(keybrake);
  const revoked = keys.filter(({ status }) => status === "revoked");
  console.log(
    `${keys.length} vault keys were issued, one for each request; ${revoked.length} of them are revoked.`,
  );
  console.log(`Stripe's own books say that $${services.chargedCents() / 100} were charged.`);
} finally {
  await services.stop();
}

async function order(url: string): Promise<void> {
  console.log("An agent without a user is turned away by the guard, before any key is issued:");
  console.log(`  ${await placeOrder(url, null, { customer: "cus_1", amountCents: 2000 })}`);

  console.log("Alice may have $50 spent a day; her agent orders for $20:");
  console.log(`  ${await placeOrder(url, "alice", { customer: "cus_1", amountCents: 2000 })}`);

  console.log("Then it orders a hundred times $10, in one streamed answer:");
  const hundred = Array.from({ length: 100 }, (_, index) => ({
    customer: `cus_${index}`,
    amountCents: 1000,
  }));
  await placeOrders(url, "alice", hundred, (line) => console.log(`  ${line}`));

  console.log("And once more, for one dollar:");
  console.log(`  ${await placeOrder(url, "alice", { customer: "cus_1", amountCents: 100 })}`);

  console.log("Bob's agent is not disturbed:");
  console.log(`  ${await placeOrder(url, "bob", { customer: "cus_2", amountCents: 1000 })}`);
}

/** A caller has its answer a moment before the key is revoked. */
async function listKeysAtRest(keybrake: Keybrake): Promise<KeyInfo[]> {
  for (;;) {
    const { data } = await keybrake.listKeys();
    if (data.every(({ status }) => status !== "active")) return data;
    await sleep(20);
  }
}
