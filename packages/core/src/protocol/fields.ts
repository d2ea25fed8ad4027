import * as z from "zod/mini";
import { MAX_USD, toMicroUsd } from "./money.ts";

/** A cap or an amount of USD on the wire: 0 or more, at most six decimals, at most 9,000,000,000. */
export const usd = z.number().check(
  z.minimum(0, { abort: true }),
  z.maximum(MAX_USD, { abort: true }),
  z.refine((value) => toMicroUsd(value) !== undefined, "must have at most 6 decimals"),
);

/** An amount the API reports. Not held to the bounds of what a caller may ask for. */
export const reportedUsd = z.number();

/** A moment on the wire: RFC 3339, UTC. */
export const timestamp = z.iso.datetime();

/** Letters, marks, numbers, punctuation and spaces; no control characters, so it is safe in logs. */
const printable = z.regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, "must be printable characters");

/** Who a key works for; attribution in the audit log. */
export const label = z.string().check(z.minLength(1), z.maxLength(200), printable);

/** What a person says about an act, for other people to read. */
export const note = z.string().check(z.minLength(1), z.maxLength(500), printable);

/** The name of a configured vendor, such as `stripe`. */
export const vendorName = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9-]{0,62}$/, "must be a vendor name: lower-case letters, digits, -"));

/** The name of a budget, such as `user:42` or `org:acme`. */
export const budgetName = z
  .string()
  .check(
    z.regex(/^[A-Za-z0-9][A-Za-z0-9:._@-]{0,127}$/, "must be letters, digits and : . _ @ - (at most 128)"),
  );

/** String pairs the caller attaches to a key; kept in every audit entry of that key. */
export const metadata = z
  .record(
    z.string().check(z.minLength(1), z.maxLength(40), printable),
    z.string().check(z.maxLength(500), printable),
  )
  .check(z.refine((pairs) => Object.keys(pairs).length <= 20, "must have at most 20 pairs"));
