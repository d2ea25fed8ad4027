import { expect, it } from "vitest";
import { parseRedisUrl } from "./address.ts";

it.each([
  [
    "redis://redis.internal",
    { kind: "single", nodes: [{ host: "redis.internal", port: 6379 }], tls: false, db: 0 },
  ],
  ["redis://[::1]:443/3", { kind: "single", nodes: [{ host: "::1", port: 443 }], tls: false, db: 3 }],
  [
    "rediss://me:p%40ss%2Fw@r:1",
    { kind: "single", nodes: [{ host: "r", port: 1 }], tls: true, username: "me", password: "p@ss/w", db: 0 },
  ],
  [
    "redis+sentinel://:word@a:1,b/2?name=my%20master",
    {
      kind: "sentinel",
      nodes: [
        { host: "a", port: 1 },
        { host: "b", port: 26379 },
      ],
      tls: false,
      password: "word",
      db: 2,
      name: "my master",
    },
  ],
  [
    "rediss+cluster://a:1,b:2",
    {
      kind: "cluster",
      nodes: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
      ],
      tls: true,
      db: 0,
    },
  ],
])("reads %s", (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

it.each([
  "redis://",
  "redis://a:canary@",
  "redis://:canary@a,b",
  "redis://:canary@a?name=m",
  "redis://:canary@a?password=canary",
  "redis+sentinel://:canary@a:1",
  "redis+sentinel://:canary@a:1?name=%",
  "redis+cluster://:canary@a:1/2",
  "redis://:canary%@a",
  "redis://:canary@a:99999",
  "redis://:canary@a:b:c",
  "redis://a/x#canary",
])("refuses %s, and does not repeat it", (url) => {
  expect(() => parseRedisUrl(url)).toThrow(/^store: the address of Redis (?!.*canary)/);
});
