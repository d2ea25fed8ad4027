/** No test is about time. This only ends what hangs, also on a machine that is busy with everything else. */
export const patience = { testTimeout: 120_000, hookTimeout: 120_000 } as const;
