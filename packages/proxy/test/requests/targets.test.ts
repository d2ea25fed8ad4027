import { expect, it } from "vitest";
import type { ProxyConfig } from "../../src/config/config.ts";
import { parseRaw, sendRaw } from "../../test-support/sender.ts";
import { type IssuedKey, startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { startVendor, type VendorCall } from "../../test-support/start-vendor.ts";

type Routes = NonNullable<ProxyConfig["vendors"][string]["routes"]>;

async function startAcme(routes: Routes = []): Promise<{ bench: TestBench; calls: VendorCall[] }> {
  const { url, calls } = await startVendor((_call, response) => response.end("{}"));
  const acme = {
    upstream: url,
    credential: "acme-secret-canary",
    auth: { authorization: "Bearer {{secret}}" },
    routes,
  };
  return { bench: await startForTest({ config: { vendors: { acme } } }), calls };
}

/** A request in exactly these bytes. */
async function send(
  bench: TestBench,
  key: IssuedKey,
  line: string,
  headers = "",
  body = "",
): Promise<{ status: number; code: unknown; message: unknown }> {
  const [method, target] = line.split(" ");
  const text =
    `${method} /acme${target} HTTP/1.1\r\nHost: p\r\nAuthorization: Bearer ${key.token}\r\n${headers}` +
    `${body === "" ? "" : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`}\r\n${body}`;
  const { status, headers: given, json } = parseRaw(await sendRaw(bench.port, Buffer.from(text, "latin1")));
  return { status, code: given["x-keybrake-code"], message: (json as { message?: string })?.message };
}

it.each([
  "waypoints=a|b",
  "fields=posts{message}",
  'filter={"a":1}',
  "q=<a>^`\\~[]'",
  "name:'caf%E9'",
  "q=50%",
  "q=%zz&r=%u00e9",
  "a;b=1",
])("forwards the query ?%s of a free read unchanged", async (query) => {
  const { bench, calls } = await startAcme();
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1 });
  expect((await send(bench, key, `GET /v1/search?${query}`)).status).toBe(200);
  expect(calls.map(({ path }) => path)).toEqual([`/v1/search?${query}`]);
});

it.each(["waypoints=a|b", "name:'caf%E9'"])("prices a read whatever its query ?%s", async (query) => {
  const { bench, calls } = await startAcme([{ match: "GET /v1/search", per_call_usd: 0.5 }]);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1 });
  expect((await send(bench, key, `GET /v1/search?${query}`)).status).toBe(200);
  expect(calls).toHaveLength(1);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 0.5 });
});

it.each([
  ["q=%E9&x=vk%5flive_{tail}", "a vault key appears in the path or the query"],
  ["q=%E9&%5fmethod=POST", "the query overrides the method"],
  ["q=%c1%a1", "the query holds overlong UTF-8"],
  ["q=caf\xe9", "must be percent-encoded"],
  ["q=1#top", "the query must hold printable ASCII only"],
])("refuses the query ?%s, and says why", async (query, why) => {
  const { bench, calls } = await startAcme();
  const key = await bench.issue({ vendor: "acme" });
  const target = query.replace("{tail}", key.token.slice("vk_live_".length));
  const { code, message } = await send(bench, key, `GET /v1/search?${target}`);
  expect([code, message]).toEqual(["malformed_request", expect.stringContaining(why)]);
  expect(calls).toEqual([]);
});

it.each(["expand[]=number%E9", "q=%E9&expand%5B%5D=%6eumber"])(
  "finds what would show a secret in the query ?%s",
  async (query) => {
    const bench = await startForTest();
    const key = await bench.issue();
    const { headers } = await bench.send("GET", `/stripe/v1/issuing/cards/ic_1?${query}`, {
      headers: { authorization: `Bearer ${key.token}` },
    });
    expect(headers["x-keybrake-code"]).toBe("secret_endpoint");
    expect(bench.sandbox.requests()).toEqual([]);
  },
);

it("takes a path with a slash at its end for another path, in prices and in patterns", async () => {
  const { bench, calls } = await startAcme([
    { match: "POST /v1/Account/*/Message/", per_call_usd: 0.5 },
    { match: "POST /v1/free", price: "free" },
  ]);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1 });
  expect((await send(bench, key, "POST /v1/Account/MA1/Message/", "", "{}")).status).toBe(200);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 0.5 });
  expect(await send(bench, key, "POST /v1/Account/MA1/Message", "", "{}")).toMatchObject({
    code: "unpriced_endpoint",
  });
  expect(await send(bench, key, "POST /v1/free/", "", "{}")).toMatchObject({ code: "unpriced_endpoint" });
  const listed = await bench.issue({
    vendor: "acme",
    allowed_endpoints: ["POST /v1/Account/*/Message/", "/v1/free/*"],
  });
  expect((await send(bench, listed, "POST /v1/Account/MA1/Message/", "", "{}")).status).toBe(200);
  for (const target of ["/v1/Account/MA1/Message", "/v1/free/", "/v1/free/a/"]) {
    expect(await send(bench, listed, `POST ${target}`)).toMatchObject({ code: "endpoint_not_allowed" });
  }
  expect(calls.map(({ path }) => path)).toEqual(["/v1/Account/MA1/Message/", "/v1/Account/MA1/Message/"]);
});

it.each(["/v1/orders//", "/v1//orders/", "/v1/./", "/v1/%20/", "/"])("refuses the path %s", async (path) => {
  const { bench, calls } = await startAcme();
  const key = await bench.issue({ vendor: "acme" });
  expect(await send(bench, key, `GET ${path}`)).toMatchObject({ code: "malformed_request" });
  expect(calls).toEqual([]);
});

it("keeps a read with a price, or with a secret, closed with a slash at its end", async () => {
  const { bench, calls } = await startAcme([
    { match: "GET /v1/geocode/json", per_call_usd: 0.5 },
    { match: "GET /v1/keys/*", price: "secret" },
  ]);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1 });
  expect(await send(bench, key, "GET /v1/geocode/json/")).toMatchObject({ code: "unpriced_endpoint" });
  expect(await send(bench, key, "GET /v1/keys/1/")).toMatchObject({ code: "secret_endpoint" });
  expect(calls).toEqual([]);
});

it.each(["h2c", "TLS/1.3", "h2c, TLS/1.2", "H2C"])("ignores the offer to upgrade to %s", async (protocol) => {
  const { bench, calls } = await startAcme([{ match: "POST /v1/orders", per_call_usd: 0.5 }]);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1 });
  const headers = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n`;
  expect((await send(bench, key, "POST /v1/orders", headers, "{}")).status).toBe(200);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.headers).not.toHaveProperty("upgrade");
  expect(calls[0]?.headers).not.toHaveProperty("http2-settings");
  expect(await bench.spend(key)).toMatchObject({ total_usd: 0.5 });
});
