import type { Order } from "./orders.service.ts";

/** Sends one order, as an agent of a user does. @returns what the shop answered, in one line */
export async function placeOrder(url: string, user: string | null, order: Order): Promise<string> {
  const answer = await post(`${url}/orders`, user, order);
  return `${answer.status} ${await answer.text()}`;
}

/** Sends many orders at once, and tells of each line of the answer as it comes. */
export async function placeOrders(
  url: string,
  user: string,
  orders: Order[],
  onLine: (line: string) => void,
): Promise<void> {
  const answer = await post(`${url}/orders/batch`, user, orders);
  let rest = "";
  for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
}

function post(url: string, user: string | null, body: object): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(user === null ? {} : { "x-user-id": user }) },
    body: JSON.stringify(body),
  });
}
