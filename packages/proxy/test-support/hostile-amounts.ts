import { AUTH, type HostileRequest, post } from "./hostile-request.ts";

const UNREADABLE = ["unreadable_amount"] as const;

const forms = [
  "amount=2e3&currency=usd",
  "amount=%2B2000&currency=usd",
  "amount=+2000&currency=usd",
  "amount=2000+&currency=usd",
  "amount=0x7D0&currency=usd",
  "amount=2000.0&currency=usd",
  "amount=2,000&currency=usd",
  "amount=%EF%BC%92%EF%BC%90&currency=usd",
  "amount=&currency=usd",
  "amount=-5&currency=usd",
  "amount=NaN&currency=usd",
  "amount=Infinity&currency=usd",
  "amount=null&currency=usd",
  "amount=007&currency=usd",
  "amount=1_000&currency=usd",
  "amount=9999999999999999&currency=usd",
  "amount=999999999999999&currency=usd",
  "currency=usd",
  "amount=100&amount=999999&currency=usd",
  "amount=100&Amount=999999&currency=usd",
  "amount[]=100&currency=usd",
  "amount=100&amount[]=999999&currency=usd",
  "amount[0]=100&currency=usd",
  "amount=100&currency=usd&%61mount=999999",
  "amount=100&currency=usd&[amount]=999999",
  "amount=100;amount=999999&currency=usd",
  "amount=100&currency=usd&currency=kwd",
  "amount=100&currency=us",
  "amount=100&currency=u%00d",
  "amount&currency=usd",
  "amount=100&currency=%",
  "amount=100&currency=us%FFd",
  "amount=100&am%FFount=999999&currency=usd",
  "amount=100&am\u00ffount=999999&currency=usd",
  "amount=100&currency=usd&description=a;amount=999999",
  "amount=100&currency=usd&x;amount=999999",
  "amount=100&currency=usd&amount",
  "amount=100&currency=usd&description=\0&amount=999999",
].map((body) => ({ name: `form ${body}`, bytes: post("/stripe/v1/charges", AUTH, body), codes: UNREADABLE }));

const jsons = [
  '{"amount":2000.5,"currency":"usd"}',
  '{"amount":2e3,"currency":"usd"}',
  '{"amount":-1,"currency":"usd"}',
  '{"amount":"2000 ","currency":"usd"}',
  '{"amount":[100],"currency":"usd"}',
  '{"amount":{"value":100},"currency":"usd"}',
  '{"amount":true,"currency":"usd"}',
  '{"amount":null,"currency":"usd"}',
  '{"amount":100,"amount":999999,"currency":"usd"}',
  '{"amount":100,"\\u0061mount":999999,"currency":"usd"}',
  '{"amount":100,"Amount":999999,"currency":"usd"}',
  '{"amount":100,"amount[]":999999,"currency":"usd"}',
  '{"amount":100,"currency":"usd",}',
  "{'amount':100,'currency':'usd'}",
  '{"amount":100,"currency":"usd"}{"amount":999999}',
  '[{"amount":100,"currency":"usd"}]',
  '\u00ef\u00bb\u00bf{"amount":100,"currency":"usd"}',
  '{"amount":0100,"currency":"usd"}',
  "amount=100&currency=usd",
].map((body) => ({
  name: `JSON ${body}`,
  bytes: post("/stripe/v1/charges", AUTH, body, "application/json"),
  codes: UNREADABLE,
}));

const types = [
  "text/plain",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded; charset=utf-16",
  "application/x-www-form-urlencoded; charset=utf-7",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded; charset=utf-8; charset=utf-16",
  "application/x-www-form-urlencoded, application/json",
  "application/xml",
].map((type) => ({
  name: `a form called ${type}`,
  bytes: post("/stripe/v1/charges", AUTH, undefined, type),
  codes: UNREADABLE,
}));

/** Amounts that nobody can be certain of: what a careless reader takes for little, and a vendor for much. */
export const hostileAmounts: readonly HostileRequest[] = [...forms, ...jsons, ...types];
