/**
 * What the tests draw their histories from: always the same, so that a red run is about the change at hand.
 * `npm run law` draws new ones each time.
 */
export const GATE_SEED = 20_261_122;
