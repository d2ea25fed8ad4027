import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const CUSTOMERS = ["ada", "ben", "cleo", "dan", "emil", "fay", "gus", "hedy"];
const AMOUNT_CENTS = 2_000;

/** An agent of Alice that calls a tool for each of its customers, and goes on until it is refused. */
export async function chargeOneByOne(appUrl: string): Promise<void> {
  for (const customer of CUSTOMERS) {
    const answer = await callTool(`${appUrl}/tools/charge`, "alice", { customer, amountCents: AMOUNT_CENTS });
    console.log(`  ${answer.status} ${await answer.text()}`);
    if (!answer.ok) return;
  }
}

/** An agent of Bob that calls one tool for all of them, and reads what it says line by line. */
export async function chargeInAStream(appUrl: string): Promise<void> {
  const charges = CUSTOMERS.map((customer) => ({ customer, amountCents: AMOUNT_CENTS }));
  const answer = await callTool(`${appUrl}/tools/charge-each`, "bob", charges);
  if (!answer.body) throw new Error("the app answered without a body");
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body) }))
    console.log(`  ${line}`);
}

function callTool(url: string, user: string, input: object): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-user-id": user },
    body: JSON.stringify(input),
  });
}
