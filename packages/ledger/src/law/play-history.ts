import type { CreateLedger } from "../cases.ts";
import type { CallPlan, History, Step } from "./store-steps.ts";
import { createStoreWorld, type StoreWorld } from "./store-world.ts";

/** Longer waits let every call under way end first: no call is under way for hours. */
const LONG_MS = 1_800_000;

/**
 * Plays a history against a store, and checks the law after each step. Gives how many steps there were.
 *
 * @throws {LawBroken} the law does not hold
 */
export async function playHistory(
  { keys, budgets, steps }: History,
  createStore?: CreateLedger,
): Promise<number> {
  const world = await createStoreWorld({ keys, budgets }, createStore);
  for (const step of steps) {
    await take(world, step);
    await world.check();
  }
  await finishAll(world);
  await world.giveUp();
  await world.check();
  await world.close();
  return steps.length;
}

async function finishAll(world: StoreWorld): Promise<void> {
  for (const attempt of [...world.open]) await world.finish(attempt);
}

async function call(world: StoreWorld, plan: CallPlan): Promise<void> {
  const attempt = await world.begin(plan);
  if (attempt) await world.finish(attempt);
}

async function take(world: StoreWorld, step: Step): Promise<void> {
  switch (step.do) {
    case "call":
      return call(world, step.call);
    case "retry": {
      const plan = world.pickRetry(step.which);
      if (!plan) return;
      if (step.begins) await world.begin({ ...plan, fate: step.fate });
      else await call(world, { ...plan, fate: step.fate });
      return;
    }
    case "grow": {
      const { key, amount } = step;
      const plan = world.pickDoubtful(step.which);
      if (plan) await call(world, { ...plan, kind: "update", key, amount, idempotency: 0, fate: "done" });
      return;
    }
    case "begin":
      await world.begin(step.call);
      return;
    case "go on": {
      const attempt = world.open[step.which % (world.open.length || 1)];
      if (attempt) await world.goOn(attempt);
      return;
    }
    case "burst": {
      const begun = await Promise.all(step.calls.map((call) => world.begin(call)));
      // Each takes its own time, so that they end in another order than they began in.
      const admitted = begun.filter((attempt) => attempt !== undefined).reverse();
      for (const attempt of admitted) await world.goOn(attempt);
      await Promise.all(admitted.reverse().map((attempt) => world.goOn(attempt)));
      return;
    }
    case "wait": {
      const untilMidnight = world.untilMidnight();
      // To just before midnight first, and over it at the next such step, with calls under way.
      const toEvening = untilMidnight > LONG_MS ? untilMidnight - 1000 : untilMidnight + 1000;
      const ms = step.ms === "midnight" ? toEvening : step.ms;
      if (ms > LONG_MS) await finishAll(world);
      world.wait(ms);
      return;
    }
    case "die":
      return world.die(step.reached);
    case "give up":
      await finishAll(world);
      return world.giveUp();
    case "late":
      return world.endLate(step.which);
    case "spend unknown":
      return world.spendUnknown(step.hours);
    case "revoke":
      return world.holders.revoke(step.key);
    case "issue":
      return world.holders.issueAgain(step.key);
    case "carve":
      return world.holders.carve(step.key, step.totalCap);
    case "change":
      return world.holders.change(step.key, step.change);
    case "freeze":
      return world.holders.freeze(step.budget, step.frozen);
    case "brake":
      return world.holders.brake(step.key, step.budget, step.all);
    case "lift":
      return world.holders.lift(step.which);
    case "cap":
      return world.holders.cap(step.budget, step.cap);
    case "reconcile":
      return world.reconcile(step.which);
    case "forget":
      return world.forget(step.idempotency);
    case "again":
      return world.again(step.which);
  }
}
