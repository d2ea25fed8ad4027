import { randomBytes } from "node:crypto";
import { createProxy } from "@keybrake/proxy";
import { startStripeSandbox } from "@keybrake/sandbox";
import { findPort, startRedis } from "../../../tooling/redis-server.ts";
import { type PythonProcess, startPython } from "./python-process.ts";

const token = `kb_${randomBytes(24).toString("base64url")}`;
const sandbox = await startStripeSandbox();
const proxy = createProxy({
  listen: "127.0.0.1:0",
  tokens: [{ name: "example", token }],
  vendors: { stripe: { credential: sandbox.secretKey, upstream: sandbox.url } },
});
const { url } = await proxy.listen();
const redis = await startRedis();
const port = await findPort();
const environment = {
  KEYBRAKE_API_URL: url,
  KEYBRAKE_PROXY_URL: url,
  KEYBRAKE_TOKEN: token,
  REDIS_URL: redis.url,
};
const programs: PythonProcess[] = [];
let isOver = false;

async function post(path: string, user: string, body: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-user-id": user },
    body: JSON.stringify(body),
  });
  return `${response.status} ${(await response.text()).trim()}`;
}

/** As the business itself does it, with its own credential. */
async function createCustomer(): Promise<string> {
  const response = await fetch(`${sandbox.url}/v1/customers`, {
    method: "POST",
    headers: { authorization: `Bearer ${sandbox.secretKey}` },
  });
  return ((await response.json()) as { id: string }).id;
}

async function untilServing(): Promise<void> {
  const isUp = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!isOver && !(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function tell(): Promise<void> {
  await untilServing();
  const customers = await Promise.all(Array.from({ length: 5 }, createCustomer));
  const [customer] = customers;
  console.log("An agent asks Flask for 50 charges of 20 USD in one request. Its key has a cap of 100 USD:");
  console.log(`  ${await post("/tools/charge", "runaway", { customer, amount_cents: 2000, times: 50 })}`);
  console.log("Another user is not disturbed:");
  console.log(`  ${await post("/tools/charge", "calm", { customer, amount_cents: 2000 })}`);
  console.log("A Celery task bills five customers under a cap of 60 USD, and is not retried:");
  console.log(`  ${await post("/tasks/bill", "calm", { customers })}`);

  const keys = await (
    await fetch(`${url}/v1/keys`, { headers: { authorization: `Bearer ${token}` } })
  ).json();
  const statuses = (keys as { data: { status: string }[] }).data.map(({ status }) => status);
  console.log(`Keys at the end: ${statuses.join(", ")}`);
  console.log(`Stripe's own ledger: ${(sandbox.ledger().grossMinor.usd ?? 0) / 100} USD`);

  await proxy.close();
  console.log("Where Keybrake can't be reached, no tool runs:");
  console.log(`  ${await post("/tools/charge", "calm", { customer, amount_cents: 2000 })}`);
}

try {
  programs.push(startPython(["flask", "--app", "backend.web", "run", "--port", String(port)], environment));
  const worker = ["celery", "--app", "backend.tasks", "worker", "--pool", "solo", "--loglevel", "warning"];
  programs.push(startPython(worker, environment));
  await Promise.race([tell(), ...programs.map(({ failed }) => failed)]);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  isOver = true;
  await Promise.all(programs.map(({ stop }) => stop()));
  await redis.remove();
  await proxy.close();
  await sandbox.close();
}
