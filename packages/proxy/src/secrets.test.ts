import { inspect } from "node:util";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  createId,
  createSalt,
  deriveToken,
  fingerprint,
  holdsToken,
  isWellFormedToken,
  Secret,
} from "./secrets.ts";

it("derives tokens of one shape, the same from the same salt, another from any other", () => {
  const salt = createSalt();
  const token = deriveToken("live", "kb_token", salt);
  expect(token).toMatch(/^vk_live_[0-9A-Za-z]{49}$/);
  expect(deriveToken("live", "kb_token", salt)).toBe(token);
  expect(deriveToken("live", "kb_other", salt)).not.toBe(token);
  expect(deriveToken("test", "kb_token", salt)).toMatch(/^vk_test_/);
  const tokens = Array.from({ length: 1000 }, () => deriveToken("live", "kb_token", createSalt()));
  expect(new Set(tokens).size).toBe(1000);
  expect(tokens.every(isWellFormedToken)).toBe(true);
});

it("tells by the checksum that one letter was changed", () => {
  const token = deriveToken("live", "kb_token", "salt");
  const letter = fc.constantFrom(..."0123456789ABCXYZabcxyz");
  fc.assert(
    fc.property(fc.integer({ min: 8, max: token.length - 1 }), letter, (at, other) => {
      fc.pre(token[at] !== other);
      expect(isWellFormedToken(token.slice(0, at) + other + token.slice(at + 1))).toBe(false);
    }),
  );
  for (const text of [
    "",
    "vk_live_",
    `${token}x`,
    ` ${token}`,
    token.toUpperCase(),
    token.replace("live", "test"),
  ]) {
    expect(isWellFormedToken(text)).toBe(false);
  }
});

it("finds a token anywhere in a text", () => {
  const token = deriveToken("test", "kb_token", "salt");
  expect(holdsToken(`/v1/x?key=${token}&a=b`)).toBe(true);
  expect(holdsToken(token.slice(0, -1))).toBe(false);
});

it("makes ids of 22 characters that never repeat", () => {
  const ids = Array.from({ length: 1000 }, () => createId("key"));
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^key_[0-9A-Za-z]{22}$/);
});

it("tells texts apart by their borders", () => {
  expect(fingerprint("a", "bc")).not.toBe(fingerprint("ab", "c"));
  expect(fingerprint("a", "")).not.toBe(fingerprint("a"));
  expect(fingerprint("ü")).toBe(fingerprint(Buffer.from("ü")));
});

it("shows a secret to nobody who does not ask for it", () => {
  const secret = new Secret("canary");
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect([secret], { depth: 9, showHidden: true }),
  ];
  expect(shown.join()).not.toContain("canary");
  expect(secret.reveal()).toBe("canary");
});
