/** How many calls the agents make, and how many at once. */
export interface Pace {
  /** `calls` is the most that the agent with the plain key makes: no cap stops it. */
  plainKey: { calls: number; atOnce: number };
  runawayAtOnce: number;
  /** The key is revoked after `revokeAfter` of `calls` calls. */
  revoked: { calls: number; atOnce: number; revokeAfter: number };
}

export const EMULATOR_PACE: Pace = {
  plainKey: { calls: 10_000, atOnce: 50 },
  runawayAtOnce: 250,
  revoked: { calls: 500, atOnce: 32, revokeAfter: 100 },
};

/** Stripe's test mode takes about 25 calls per second. */
export const STRIPE_PACE: Pace = {
  plainKey: { calls: 100, atOnce: 10 },
  runawayAtOnce: 10,
  revoked: { calls: 100, atOnce: 8, revokeAfter: 20 },
};
