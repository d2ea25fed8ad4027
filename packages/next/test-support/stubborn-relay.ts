import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A Keybrake whose first revocation hangs until it is refused; everything else is another's answer. */
export interface StubbornRelay {
  url: string;
  /** Resolves when the first revocation is asked for. */
  firstRevocation: Promise<void>;
  refuseIt(): void;
  close(): void;
}

export async function startStubbornRelay(target: string): Promise<StubbornRelay> {
  let noteIt = (): void => {};
  let refuseIt = (): void => {};
  const firstRevocation = new Promise<void>((resolve) => {
    noteIt = resolve;
  });
  const refused = new Promise<void>((resolve) => {
    refuseIt = resolve;
  });
  let revocations = 0;

  const server = createServer(async (request, response) => {
    const { method = "GET", url, headers } = request;
    if (method === "DELETE") revocations += 1;
    if (method === "DELETE" && revocations === 1) {
      noteIt();
      await refused;
      return response.writeHead(503).end();
    }
    const body = await text(request);
    const answer = await fetch(`${target}${url}`, {
      method,
      headers: { authorization: String(headers.authorization), "content-type": "application/json" },
      ...(body === "" ? {} : { body }),
    });
    return response.writeHead(answer.status).end(await answer.text());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    firstRevocation,
    refuseIt,
    close: () => server.close(),
  };
}
