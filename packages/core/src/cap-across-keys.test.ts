import { expect, it } from "vitest";
import { capAcrossKeys } from "./index.ts";
import { budgetName } from "./protocol.ts";

const policy = { label: "refunds", vendor: "stripe", totalUsdCap: 50 };
const nameFor = (...parts: string[]): string => {
  const [budget] = capAcrossKeys(policy, ...parts).budgets ?? [];
  return typeof budget === "object" ? budget.name : "";
};

it("states the total cap for a budget of the given name, beside those that the policy has", () => {
  expect(capAcrossKeys({ ...policy, budgets: ["team"] }, "job", "refunds", "42").budgets).toEqual([
    "team",
    { name: "job:refunds:42", totalUsdCap: 50 },
  ]);
});

it("leaves a policy without a total cap as it is", () => {
  const uncapped = { label: "refunds", vendor: "stripe", uncapped: true } as const;
  expect(capAcrossKeys(uncapped, "job")).toBe(uncapped);
});

it.each([["a b", "é/ü"], ["x".repeat(300)], ["job", "a:b"], ["job", "_"]])(
  "makes a budget's name of %j",
  (...parts) => {
    expect(() => budgetName.parse(nameFor(...parts))).not.toThrow();
  },
);

it("makes different names of different parts", () => {
  const names = [
    ["a", "b:c"],
    ["a:b", "c"],
    ["a b", "c"],
    ["a_20_b", "c"],
    ["x".repeat(200), "1"],
    ["x".repeat(200), "2"],
  ];
  expect(new Set(names.map((parts) => nameFor(...parts))).size).toBe(names.length);
});
