import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Adapter, faulty, sound } from "../test-support/adapters.ts";
import { inProcessHost, stagedHost } from "../test-support/hosts.ts";
import {
  type AdapterCase,
  type AdapterHost,
  adapterCases,
  casesFor,
  mockedKeybrake,
} from "./adapter-cases.ts";
import { setupKeybrake } from "./vitest.ts";

const server = setupKeybrake();

/** The case whose name contains a text. */
function findCase(text: string): AdapterCase {
  const found = adapterCases.find(({ name }) => name.includes(text));
  if (!found) throw new Error(`there is no case "${text}"`);
  return found;
}

describe.each([
  ["in process", (adapter: Adapter) => inProcessHost(adapter)],
  ["on a stage", stagedHost],
])("%s", (_name, makeHost) => {
  // Work on a stage prints its keys, and the errors of its host.
  beforeEach(() => {
    vi.spyOn(console, "log").mockReturnValue();
    vi.spyOn(console, "error").mockReturnValue();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe("a sound adapter", () => {
    const host = makeHost(sound);
    it.each(casesFor(host))("$name", ({ run }) => run(host, mockedKeybrake(server)));
  });

  it.each(faulty)("an adapter that $fault is found out", async ({ adapter, found }) => {
    const running = findCase(found).run(makeHost(adapter), mockedKeybrake(server));
    await expect(running).rejects.toMatchObject({ name: "AssertionError" });
  });
});

it("finds a token in what a host prints in another process", async () => {
  let printed = "";
  const host: AdapterHost = {
    ...inProcessHost(sound),
    mount: async (work) => ({
      ...(await inProcessHost(sound).mount({
        ...work,
        async handler(key, input) {
          printed += `${key.id} ${input === "throws" ? key.token : ""}\n`;
          return work.handler(key, input);
        },
      })),
      printed: () => printed,
    }),
  };
  await expect(findCase("shows the token to nobody").run(host, mockedKeybrake(server))).rejects.toMatchObject(
    {
      name: "AssertionError",
      message: "a token was shown",
    },
  );
});

it("asks a host only for what it can show", () => {
  const names = casesFor(inProcessHost(sound, [])).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(8);
  expect(names.join()).not.toMatch(/caller|stream|402/);
});
