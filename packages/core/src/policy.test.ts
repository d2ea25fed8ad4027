import { expectTypeOf, it } from "vitest";
import type { IssuePolicy, Policy, PolicyFields, PolicyFor } from "./index.ts";
import type { CamelKeys, Duration, WirePolicy } from "./protocol.ts";

/** Fields as if all were given: how zod and an interface write "optional" is no difference that counts. */
type Given<Fields> = { [Name in keyof Fields]-?: Exclude<Fields[Name], undefined> };
type Required<Fields> = { [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: true };
type FromSchema = CamelKeys<WirePolicy>;

it("Policy says what the schema says", () => {
  type Sent = Omit<PolicyFields, "uncapped">;
  expectTypeOf<keyof Sent>().toEqualTypeOf<keyof FromSchema>();
  expectTypeOf<Omit<Given<Sent>, "expiresIn">>().toEqualTypeOf<Omit<Given<FromSchema>, "expiresIn">>();
  expectTypeOf<Required<Sent>>().toEqualTypeOf<{ label: true; vendor: true }>();
  expectTypeOf<Required<FromSchema>>().toEqualTypeOf<{ label: true; vendor: true }>();
  expectTypeOf<Policy>().toExtend<FromSchema>();
});

it("Policy is stricter about durations than a string on the wire", () => {
  expectTypeOf<Given<Policy>["expiresIn"]>().toEqualTypeOf<Duration>();
  expectTypeOf<"5m">().toExtend<Duration>();
  expectTypeOf<"5 minutes">().not.toExtend<Duration>();
});

it("a policy has a cap, or states that it has none", () => {
  type Plain = { label: string; vendor: string };
  expectTypeOf<Plain>().not.toExtend<Policy>();
  expectTypeOf<Plain & { maxUsdPerCall: number; maxCalls: number }>().not.toExtend<Policy>();
  expectTypeOf<Plain & { uncapped: false }>().not.toExtend<Policy>();
  expectTypeOf<Plain & { dailyUsdCap?: number }>().not.toExtend<Policy>();
  expectTypeOf<Plain & { uncapped: true }>().toExtend<Policy>();
  expectTypeOf<Plain & { dailyUsdCap: number }>().toExtend<Policy>();
  expectTypeOf<Plain & { totalUsdCap: number }>().toExtend<Policy>();
  expectTypeOf<Plain & { budgets: string[] }>().toExtend<Policy>();
  expectTypeOf<Plain & { budgets: { name: string; dailyUsdCap: number }[] }>().toExtend<Policy>();
  expectTypeOf<Plain & { parent: "self" }>().toExtend<Policy>();
});

it("a policy is a value, or a function of the host's input", () => {
  expectTypeOf<IssuePolicy>().toExtend<PolicyFor<Request>>();
  expectTypeOf<(request: Request) => Promise<Policy>>().toExtend<PolicyFor<Request>>();
  expectTypeOf<(job: { id: string }) => Policy>().not.toExtend<PolicyFor<Request>>();
});

it("renames all the way down and leaves free-form pairs alone", () => {
  expectTypeOf<
    CamelKeys<{ daily_usd_cap?: number; in_flight: { held_usd: number }[]; metadata: Record<string, string> }>
  >().toEqualTypeOf<{
    dailyUsdCap?: number;
    inFlight: { heldUsd: number }[];
    metadata: Record<string, string>;
  }>();
});
