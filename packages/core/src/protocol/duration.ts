const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** A length of time on the wire: an integer and a unit, such as `"30s"`, `"5m"`, `"2h"` or `"1d"`. */
export type Duration = `${number}${keyof typeof SECONDS_PER_UNIT}`;

/**
 * Reads a {@link Duration} as whole seconds.
 *
 * @returns the seconds, or `undefined` where the text is not of the form `<integer>s|m|h|d`.
 * @example
 * toSeconds("5m"); // 300
 */
export function toSeconds(duration: string): number | undefined {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(duration);
  if (!match) return undefined;
  return Number(match[1]) * SECONDS_PER_UNIT[match[2] as keyof typeof SECONDS_PER_UNIT];
}

/** How long a key is valid when its policy has no `expires_in`. */
export const DEFAULT_EXPIRES_IN = "5m";
