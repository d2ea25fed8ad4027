import assert from "node:assert/strict";
import { KeybrakeError, type VaultKey } from "@keybrake/core";
import type { AdapterCase } from "./adapter-case.ts";
import { createGate, scenario, until } from "./bench.ts";

/** When keys are issued, and to whom they go. */
export const issuingCases: readonly AdapterCase[] = [
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
          // `uncapped` is the client's own business, and is not sent.
          const { expiresIn, uncapped: _uncapped, ...policy } = bench.policy("alpha");
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
    name: "never mixes up the keys of concurrent runs: twenty, or 200 over HTTP",
    needs: [],
    run(host, keybrake) {
      const count = host.abilities.includes("http") ? 200 : 20;
      const inputs = Array.from({ length: count }, (_, index) => `user-${index}`);
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
];
