import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createMask, maskText } from "./mask.ts";

const SECRET = "sk_live_4f0b9c2e";
const SECRETS = [SECRET, "aab", "aaab"];

function maskPieces(pieces: readonly string[], secrets = SECRETS): string {
  const mask = createMask(secrets);
  const out = pieces.map((piece) => mask.push(Buffer.from(piece, "latin1")));
  return Buffer.concat([...out, mask.flush()]).toString("latin1");
}

it("masks a secret that is split at any two places", () => {
  const text = `begin ${SECRET} end`;
  const expected = `begin ${"*".repeat(SECRET.length)} end`;
  for (let one = 0; one <= text.length; one++) {
    for (let two = one; two <= text.length; two++) {
      expect(maskPieces([text.slice(0, one), text.slice(one, two), text.slice(two)])).toBe(expected);
    }
  }
});

it("gives what can be no secret at once", () => {
  const mask = createMask([SECRET]);
  expect(mask.push(Buffer.from("hello")).toString()).toBe("hello");
  expect(mask.push(Buffer.from("hello s")).toString()).toBe("hello ");
  expect(mask.push(Buffer.from("k_x")).toString()).toBe("sk_x");
  expect(mask.flush()).toHaveLength(0);
});

it("leaves no secret, changes no length and nothing else, however the bytes arrive", () => {
  const piece = fc.constantFrom(...SECRETS, "a", "b", "s", "sk_", "sk_live_", "4f0b9c2e", "x", "*", "");
  const text = fc.array(piece, { maxLength: 12 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }), (parts, sizes) => {
      const whole = parts.join("");
      const pieces: string[] = [];
      let at = 0;
      for (const size of sizes) {
        pieces.push(whole.slice(at, at + size));
        at += size;
      }
      pieces.push(whole.slice(at));
      const masked = maskPieces(pieces);
      expect(masked).toHaveLength(whole.length);
      for (const secret of SECRETS) expect(masked).not.toContain(secret);
      for (const [index, character] of [...masked].entries()) {
        expect(character === "*" || character === whole[index]).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

it("masks a text as a whole", () => {
  expect(maskText(`a ${SECRET} b ${SECRET}`, [SECRET])).toBe(`a ${"*".repeat(16)} b ${"*".repeat(16)}`);
});
