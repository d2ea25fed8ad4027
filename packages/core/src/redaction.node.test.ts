// Only Node has `util.inspect`, and a console that uses it.
import { Console } from "node:console";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import { expect, it } from "vitest";
import { createFakeApi, refusal, SECRET } from "../test-support/fake-api.ts";
import { createKeybrake } from "./index.ts";

const TOKEN = "kb_5ecret_of_the_backend";
const api = createFakeApi();
const client = createKeybrake({ token: TOKEN, fetch: api.fetch, retry: { attempts: 0, delayMs: 0 } });
const key = await client.issue({ label: "agent/7", vendor: "stripe", uncapped: true });
const everything = { depth: null, showHidden: true, getters: false } as const;

function printed(...values: unknown[]): string {
  let output = "";
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      output += String(chunk);
      done();
    },
  });
  const console = new Console({ stdout });
  console.log(...values);
  console.dir(values, everything);
  console.table(values);
  return output;
}

it.each<[string, () => string]>([
  ["inspect", () => inspect(key)],
  ["inspect of all that is hidden", () => inspect(key, everything)],
  ["inspect without our own form", () => inspect(key, { ...everything, customInspect: false })],
  ["inspect of what holds it", () => inspect({ request: { key } }, everything)],
  ["inspect of the client", () => inspect(client, everything)],
  ["format", () => format("%s %o %O %j", key, key, key, key)],
  ["the console", () => printed(key, { key }, `${key}`)],
  ["an error that has it for a cause", () => inspect(new Error("failed", { cause: key }), everything)],
])("shows no token in %s", (_name, show) => {
  const shown = show();
  expect(shown).not.toBe("");
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain(TOKEN);
});

it("shows no token in the errors of calls", async () => {
  api.next(() => refusal("cap_exhausted"));
  const error = await key
    .fetch("/v1/charges", { method: "POST", body: "amount=2000" })
    .catch((e: unknown) => e);
  const shown = inspect(error, everything);
  expect(shown).toContain("CapExhaustedError");
  for (const secret of [SECRET, TOKEN, "amount=2000"]) expect(shown).not.toContain(secret);
});
