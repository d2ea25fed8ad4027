/**
 * The spending guarantee as a randomized test: executed ≤ spent + held ≤ cap, over any history of calls, keys and
 * failures. Needs `fast-check`.
 *
 * @module
 */
export { type Books, createBooks } from "./law/books.ts";
export { GATE_SEED } from "./law/gate-seed.ts";
export { type Caps, createLawScope, LawBroken, type LawScope } from "./law/law-scope.ts";
export { playHistory } from "./law/play-history.ts";
export { type History, historyOf } from "./law/store-steps.ts";
export { createTwins } from "./law/twin-stores.ts";
