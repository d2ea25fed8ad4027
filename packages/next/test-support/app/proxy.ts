import { budgetGate } from "@keybrake/next";

export const proxy = budgetGate((request) => ({
  vendor: "stripe",
  budgets: [request.nextUrl.searchParams.get("budget") ?? ""],
  usd: 20,
}));

export const config = { matcher: "/gated" };
