import { getDefaultClient } from "@keybrake/core";
import { toBudgetName } from "../lib/policies.ts";
import { getUser } from "../lib/session.ts";

/** What is spent, held and left of the user's budget today, as Keybrake has it. */
export async function Budget() {
  const { dailyUsdCap, spend } = await getDefaultClient().getBudget(toBudgetName(await getUser()));
  return (
    <dl>
      <Row name="Spent" usd={spend.dailyUsd} />
      <Row name="Held" usd={spend.heldUsd} />
      <Row name="Left" usd={spend.remainingUsd ?? 0} />
      <dt>Used</dt>
      <dd>
        <meter aria-label="Used" min={0} max={dailyUsdCap ?? 0} value={spend.dailyUsd + spend.heldUsd} />
      </dd>
    </dl>
  );
}

function Row({ name, usd }: { name: string; usd: number }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{`${usd.toFixed(2)} USD`}</dd>
    </>
  );
}
