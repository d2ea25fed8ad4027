/** What things cost at this Twilio, in millionths of a US dollar (8300 is 0.0083 USD). Whole numbers. */
export interface TwilioPriceBook {
  /** One SMS segment, by the longest prefix of the number without its `+`; `""` is for every other number. */
  readonly smsSegment: Readonly<Record<string, number>>;
  /** One message with media, whatever its text. */
  readonly mms: number;
  /** One message to `whatsapp:…` or `rcs:…`. */
  readonly channelMessage: number;
  /** One minute of a call, by prefix as for `smsSegment`. A minute begun counts in full. */
  readonly callMinute: Readonly<Record<string, number>>;
  /** One verification, before what its channel costs. */
  readonly verification: number;
  /** One Lookup data package by its name in `Fields`; `""` is for every other package. */
  readonly lookup: Readonly<Record<string, number>>;
  /** The first month of a phone number. */
  readonly phoneNumber: number;
}

/** Made up, in the order of magnitude of the real ones. */
export const defaultPrices: TwilioPriceBook = {
  smsSegment: { "1": 8_300, "": 50_000 },
  mms: 22_000,
  channelMessage: 5_000,
  callMinute: { "1": 14_000, "": 100_000 },
  verification: 50_000,
  lookup: { line_type_intelligence: 8_000, "": 10_000 },
  phoneNumber: 1_150_000,
};

/** The row with the longest key that `name` starts with. Free where there is none, not even `""`. */
export function priceOf(rows: Readonly<Record<string, number>>, name: string): number {
  let best = "";
  for (const prefix of Object.keys(rows)) {
    if (name.startsWith(prefix) && prefix.length > best.length) best = prefix;
  }
  return rows[best] ?? 0;
}
