import assert from "node:assert/strict";
import { KeybrakeError } from "@keybrake/core";
import type { AdapterCase } from "./adapter-case.ts";
import { scenario, until } from "./bench.ts";

/** When keys are revoked, and what that changes for the host: nothing. */
export const revokingCases: readonly AdapterCase[] = [
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
];
