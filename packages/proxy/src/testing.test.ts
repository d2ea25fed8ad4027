import { CapExhaustedError, createKeybrake } from "@keybrake/core";
import { startStripeSandbox } from "@keybrake/sandbox";
import { expect, it, onTestFinished } from "vitest";
import { startReferenceProxy } from "./testing.ts";

it("is a Keybrake that the client works against", async () => {
  const sandbox = await startStripeSandbox();
  const reference = await startReferenceProxy(sandbox);
  onTestFinished(async () => {
    await reference.close();
    await sandbox.close();
  });
  const { options, spendingCall } = reference.keybrake;
  const client = createKeybrake(options);
  await client.withVaultKey({ label: "suite", vendor: spendingCall.vendor, dailyUsdCap: 30 }, async (key) => {
    const response = await key.fetch(spendingCall.path, spendingCall.init);
    expect(response.status).toBe(200);
    expect((await client.getKey(key.id)).spend.totalUsd).toBe(spendingCall.usd);
    await expect(key.fetch(spendingCall.path, spendingCall.init)).rejects.toThrow(CapExhaustedError);
  });
  expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
});
