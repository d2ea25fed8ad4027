/**
 * What every adapter must do, as data: run it under any test runner, in any host, against any Keybrake.
 *
 * @example
 * const server = setupKeybrake();
 * it.each(casesFor(express5))("$name", ({ run }) => run(express5, mockedKeybrake(server)));
 *
 * @module
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isCapExhausted, KeybrakeError, type VaultKey } from "@keybrake/core";
import { captureOutput, createGate, scenario, until } from "./adapter-bench.ts";
import type { AdapterHost, HostAbility, KeybrakeUnderTest } from "./adapter-host.ts";

export {
  type AdapterHost,
  type AdapterWork,
  type HostAbility,
  type HostRun,
  type KeybrakeUnderTest,
  type MountedHost,
  type RunEnd,
  startOverHttp,
} from "./adapter-host.ts";
export { mockedKeybrake } from "./mocked-keybrake.ts";

/** One thing an adapter must do. `run` rejects with an `AssertionError` where it does not. */
export interface AdapterCase {
  name: string;
  /** The host abilities it takes to show it. */
  needs: readonly HostAbility[];
  run(host: AdapterHost, keybrake: KeybrakeUnderTest): Promise<void>;
}

/** The cases a host is able to show. */
export function casesFor(host: AdapterHost): AdapterCase[] {
  return adapterCases.filter(({ needs }) => needs.every((ability) => host.abilities.includes(ability)));
}

/** The specification of an adapter. */
export const adapterCases: readonly AdapterCase[] = [
  {
    name: "issues one key before the handler runs, with the policy of that run",
    needs: [],
    run(host, keybrake) {
      let issuedBefore: number | undefined;
      return scenario(
        host,
        keybrake,
        (bench) => ({
          policy: async (input) => ({ ...bench.policy(input), dailyUsdCap: 7.5, metadata: { input } }),
          async handler() {
            issuedBefore = bench.issued.length;
            return "done";
          },
        }),
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.text, "done");
          assert.equal(issuedBefore, 1);
          const { expiresIn, ...policy } = bench.policy("alpha");
          assert.deepEqual(bench.issued[0]?.policy, {
            ...policy,
            expires_in: expiresIn,
            daily_usd_cap: 7.5,
            metadata: { input: "alpha" },
          });
          assert.equal(bench.issued.length, 1);
        },
      );
    },
  },
  {
    name: "hands the handler that key, and it works",
    needs: [],
    run(host, keybrake) {
      const seen: VaultKey[] = [];
      return scenario(
        host,
        keybrake,
        (bench) => ({
          async handler(key) {
            seen.push(key);
            return String((await bench.spend(key)).ok);
          },
        }),
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.text, "true");
          assert.equal(seen.length, 1);
          assert.equal(seen[0]?.id, bench.issued[0]?.id);
          assert.equal(seen[0]?.token, bench.issued[0]?.token);
          assert.equal(bench.vendorCalls, 1);
        },
      );
    },
  },
  {
    name: "never mixes up the keys of twenty concurrent runs",
    needs: [],
    run(host, keybrake) {
      const inputs = Array.from({ length: 20 }, (_, index) => `run-${index}`);
      const everyoneIsHere = createGate();
      let arrived = 0;
      return scenario(
        host,
        keybrake,
        (bench) => ({
          async handler(key, input) {
            arrived += 1;
            if (arrived === inputs.length) everyoneIsHere.open();
            await everyoneIsHere.opened;
            assert.ok((await bench.spend(key)).ok);
            return `${input} ${key.label} ${key.id}`;
          },
        }),
        async (bench, mounted) => {
          const ends = await Promise.all(inputs.map((input) => mounted.start(input).ended));
          const ids = ends.map(({ text }, index) => {
            const [input = "", label, id] = text.split(" ");
            assert.equal(input, inputs[index]);
            assert.equal(label, bench.policy(input).label);
            return id;
          });
          assert.equal(new Set(ids).size, inputs.length);
        },
      );
    },
  },
  {
    name: "revokes once after success, and not before",
    needs: [],
    run(host, keybrake) {
      let revokedBefore: number | undefined;
      return scenario(
        host,
        keybrake,
        (bench) => ({
          async handler() {
            revokedBefore = bench.revocations.length;
            return "done";
          },
        }),
        async (_bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.deepEqual([end.ok, end.text], [true, "done"]);
          assert.equal(revokedBefore, 0);
        },
      );
    },
  },
  {
    name: "revokes once after a throw, and the host sees that very error",
    needs: [],
    run(host, keybrake) {
      const mishap = new Error("the handler failed");
      return scenario(
        host,
        keybrake,
        () => ({ handler: () => Promise.reject(mishap) }),
        async (_bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.ok, false);
          await until("the host sees the error", () => mounted.errors.length > 0);
          assert.equal(mounted.errors.length, 1);
          assert.equal(mounted.errors[0], mishap);
        },
      );
    },
  },
  {
    name: "never runs the handler when no key can be issued",
    needs: [],
    run(host, keybrake) {
      let handled = 0;
      return scenario(
        host,
        keybrake,
        (bench) => {
          bench.faults.issue = true;
          return {
            async handler() {
              handled += 1;
              return "done";
            },
          };
        },
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.ok, false);
          assert.equal(handled, 0);
          assert.equal(bench.issuing, 2, "one attempt and one retry");
          if (host.abilities.includes("http")) {
            assert.equal(end.status, 503);
            assert.deepEqual(JSON.parse(end.text), { error: "vault_key_unavailable" });
          } else {
            const [error] = mounted.errors;
            assert.ok(KeybrakeError.isInstance(error) && error.code === "vault_key_unavailable");
          }
        },
      );
    },
  },
  {
    name: "leaves the result alone when the key can't be revoked, and tells onRevokeError",
    needs: [],
    run(host, keybrake) {
      return scenario(
        host,
        keybrake,
        (bench) => {
          bench.faults.revoke = true;
          return {};
        },
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.deepEqual([end.ok, end.text], [true, "done"]);
          await until("onRevokeError is told", () => bench.revokeErrors.length > 0);
          assert.equal(bench.revokeErrors.length, 1);
          assert.equal(bench.revokeErrors[0]?.key.id, bench.issued[0]?.id);
          assert.ok(KeybrakeError.isInstance(bench.revokeErrors[0]?.error));
          assert.deepEqual(mounted.errors, []);
        },
      );
    },
  },
  {
    name: "revokes when the caller leaves while the handler runs",
    needs: ["leave"],
    run(host, keybrake) {
      const entered = createGate();
      const finish = createGate();
      return scenario(
        host,
        keybrake,
        () => ({
          async handler() {
            entered.open();
            await finish.opened;
            return "done";
          },
        }),
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await entered.opened;
          assert.equal(bench.revocations.length, 0);
          run.leave();
          await until("the key is revoked", () => bench.revocations.length > 0);
          finish.open();
        },
      );
    },
  },
  {
    name: "revokes and never runs the handler when the caller leaves while the key is issued",
    needs: ["leave"],
    run(host, keybrake) {
      let handled = 0;
      const answer = createGate();
      return scenario(
        host,
        keybrake,
        (bench) => {
          bench.issueGate = answer;
          return {
            async handler() {
              handled += 1;
              return "done";
            },
          };
        },
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await until("a key is issued", () => bench.issued.length > 0);
          run.leave();
          await until("the host has noticed", () => mounted.departures() > 0);
          answer.open();
          await until("the key is revoked", () => bench.revocations.length > 0);
          assert.equal(handled, 0);
        },
      );
    },
  },
  {
    name: "keeps the key alive until the last chunk of a stream",
    needs: ["stream"],
    run(host, keybrake) {
      const proceed = createGate();
      return scenario(
        host,
        keybrake,
        (bench) => ({
          handler: async (key) =>
            (async function* () {
              yield "first ";
              await proceed.opened;
              yield String((await bench.spend(key)).ok);
            })(),
        }),
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await until("the first chunk is here", () => run.chunks.join("") === "first ");
          assert.equal(bench.revocations.length, 0);
          proceed.open();
          const end = await run.ended;
          assert.deepEqual([end.ok, end.text], [true, "first true"]);
        },
      );
    },
  },
  {
    name: "revokes when the caller leaves half-way through a stream",
    needs: ["stream", "leave"],
    run(host, keybrake) {
      const proceed = createGate();
      return scenario(
        host,
        keybrake,
        () => ({
          handler: async () =>
            (async function* () {
              yield "first ";
              await proceed.opened;
              yield "last";
            })(),
        }),
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await until("the first chunk is here", () => run.chunks.length > 0);
          run.leave();
          await until("the key is revoked", () => bench.revocations.length > 0);
          proceed.open();
        },
      );
    },
  },
  {
    name: "issues nothing when the policy throws, and the host sees that very error",
    needs: [],
    run(host, keybrake) {
      const mishap = new Error("no such customer");
      let handled = 0;
      return scenario(
        host,
        keybrake,
        () => ({
          policy: () => Promise.reject(mishap),
          async handler() {
            handled += 1;
            return "done";
          },
        }),
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.ok, false);
          await until("the host sees the error", () => mounted.errors.length > 0);
          assert.equal(mounted.errors[0], mishap);
          assert.equal(bench.issuing, 0);
          assert.equal(handled, 0);
        },
      );
    },
  },
  {
    name: "shows the token to nobody: not in logs, errors, events or answers",
    needs: [],
    run(host, keybrake) {
      return scenario(
        host,
        keybrake,
        (bench) => ({
          async handler(key, input) {
            console.log(key, `${key}`, { key });
            if (input === "throws") throw new Error(`failed with ${key}`, { cause: key });
            if (input === "is refused") await bench.client.issue({ ...bench.policy(input), dailyUsdCap: -1 });
            return `${key} ${JSON.stringify({ key })}`;
          },
        }),
        async (bench, mounted) => {
          const answers: string[] = [];
          const printed = await captureOutput(async () => {
            for (const input of ["succeeds", "throws", "is refused"]) {
              answers.push((await mounted.start(input).ended).text);
            }
            bench.faults.revoke = true;
            answers.push((await mounted.start("can't be revoked").ended).text);
            await until("onRevokeError is told", () => bench.revokeErrors.length > 0);
            bench.faults.issue = true;
            answers.push((await mounted.start("can't be issued").ended).text);
          });
          const shown = [
            printed,
            ...answers,
            inspect(
              { errors: mounted.errors, revokeErrors: bench.revokeErrors, events: bench.events },
              { depth: null, showHidden: true },
            ),
            JSON.stringify([mounted.errors, bench.revokeErrors, bench.events]),
          ].join("\n");
          assert.equal(bench.issued.length, 4);
          for (const { id, token } of bench.issued) {
            assert.ok(shown.includes(id), "the key was not shown at all");
            assert.ok(!shown.includes(token), "a token was shown");
          }
        },
      );
    },
  },
  {
    name: "hands on a spent cap as a typed error, after one attempt",
    needs: [],
    run(host, keybrake) {
      const seen: unknown[] = [];
      return scenario(
        host,
        keybrake,
        (bench) => ({
          policy: (input) => ({ ...bench.policy(input), dailyUsdCap: keybrake.spendingCall.usd / 2 }),
          async handler(key) {
            await bench.spend(key).catch((error: unknown) => seen.push(error));
            return "done";
          },
        }),
        async (bench, mounted) => {
          await mounted.start("alpha").ended;
          const [error] = seen;
          assert.ok(isCapExhausted(error));
          assert.ok(KeybrakeError.isInstance(error));
          assert.deepEqual([error.name, error.retryable], ["CapExhaustedError", false]);
          assert.equal(bench.vendorCalls, 1);
        },
      );
    },
  },
  {
    name: "answers 402 where the handler lets a spent cap through",
    needs: ["http"],
    run(host, keybrake) {
      return scenario(
        host,
        keybrake,
        (bench) => ({
          policy: (input) => ({ ...bench.policy(input), dailyUsdCap: keybrake.spendingCall.usd / 2 }),
          handler: async (key) => String((await bench.spend(key)).ok),
        }),
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.status, 402);
          assert.deepEqual(JSON.parse(end.text), { error: "spend_cap_exceeded" });
          assert.equal(bench.vendorCalls, 1);
        },
      );
    },
  },
];
