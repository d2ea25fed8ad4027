/** What a call may cost, as data: the same in TypeScript, in JSON and in Lua. Amounts in micro-USD. */
export type Price =
  | { kind: "free" }
  | {
      /** The most that the call can cost, proven from the request or from an object that the vendor showed. */
      kind: "amount";
      microUsd: number;
      /** The vendor's object whose whole cost the amount is, where it is known beforehand. */
      objectId?: string;
      /** Objects that it is made of, such as the items of an invoice: what they have cost is not counted again. */
      partIds?: readonly string[];
    }
  | {
      /** What the call may cost can't be known beforehand. */
      kind: "unpriced";
      /** How many such things one call does, each of which counts as a call under `max_usd_per_call`. Default 1. */
      times?: number;
      /** What the call costs besides, proven. */
      microUsd?: number;
      /** What a call there was told to cost, beyond an operator's bound: a bound below that is refused. */
      toldMicroUsd?: number;
      /** It starts what renews outside the proxy, which the key may not: no bound of one call lets it pass under a cap. */
      renews?: true;
    }
  | { kind: "currency_unpriced"; currency: string };
