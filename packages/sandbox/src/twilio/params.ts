import { refuse } from "./errors.ts";

/** The last value of a repeated field: the reading that a proxy which took the first did not price. */
export function readField(params: URLSearchParams, name: string): string | undefined {
  const value = params.getAll(name).at(-1);
  return value === "" ? undefined : value;
}

export function readCount(
  params: URLSearchParams,
  name: string,
  { fallback, most }: { readonly fallback: number; readonly most: number },
): number {
  const text = readField(params, name);
  if (text === undefined) return fallback;
  const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) throw refuse(400, 20001, `Invalid ${name}: ${text}`);
  return count;
}

const e164 = /^\+[1-9][0-9]{6,14}$/;
/** Twilio's own test number for it. */
const alwaysInvalid = "+15005550001";

export function isPhoneNumber(text: string): boolean {
  return e164.test(text) && text !== alwaysInvalid;
}

/** The number to send to or call, without its `whatsapp:` or `rcs:`. */
export function checkDestination(to: string): { readonly channel: string; readonly number: string } {
  const [, channel = "", number = to] = /^(whatsapp|rcs):(.*)$/.exec(to) ?? [];
  if (!isPhoneNumber(number)) throw refuse(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  return { channel, number };
}
