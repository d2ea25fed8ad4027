import { expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";

it.each([
  [
    "POST",
    "/v1/keys",
    '{"label":"a","vendor":"stripe","daily_usd_cap":1,"daily_usd_cap":9999}',
    "daily_usd_cap",
  ],
  [
    "POST",
    "/v1/keys",
    '{"label":"a","vendor":"stripe","budgets":[{"name":"user:1","daily_usd_cap":1,"daily_\\u0075sd_cap":9}]}',
    "daily_usd_cap",
  ],
  ["POST", "/vault/keys", '{"agent_run_label":"a","vendor":"stripe","vendor":"stripe"}', "vendor"],
  ["PUT", "/v1/budgets/user:1", '{"frozen":true,"frozen":false}', "frozen"],
  ["POST", "/v1/validate", '{"vendor":"stripe","usd":1,"usd":2}', "usd"],
])("%s %s refuses %s", async (method, path, body, field) => {
  const bench = await startForTest();
  const answer = await bench.control(method, path, body);
  expect(answer.status).toBe(422);
  expect(answer.json).toMatchObject({
    code: "invalid_policy",
    issues: [{ path: field, message: "is given twice" }],
  });
  expect((await bench.control("GET", "/v1/keys")).json).toMatchObject({ data: [] });
});

it.each(["{", '{"label":"a",}', "\ufeff{}"])("refuses %j as no JSON", async (body) => {
  const bench = await startForTest();
  const answer = await bench.control("POST", "/v1/keys", body);
  expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([400, "malformed_request"]);
});
