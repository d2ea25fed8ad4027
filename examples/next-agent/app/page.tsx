import { connection } from "next/server";
import { AgentForm } from "./agent-form.tsx";
import { Budget } from "./budget.tsx";
import { ChargeForm } from "./charge-form.tsx";
import { Refusals } from "./refusals.tsx";

/** What is shown is of now, so nothing of it is rendered at build time. */
export default async function Page() {
  await connection();
  return (
    <main>
      <h1>What the agents may spend</h1>
      <section aria-labelledby="budget">
        <h2 id="budget">Budget of today</h2>
        <Budget />
      </section>
      <section aria-labelledby="charge">
        <h2 id="charge">Charge a customer</h2>
        <ChargeForm />
      </section>
      <section aria-labelledby="agent">
        <h2 id="agent">Let the agent do it</h2>
        <AgentForm />
      </section>
      <section aria-labelledby="refusals">
        <h2 id="refusals">Refusals</h2>
        <Refusals />
      </section>
    </main>
  );
}
