import { getDefaultClient } from "@keybrake/core";
import { toBudgetName } from "../lib/policies.ts";
import { getUser } from "../lib/session.ts";

/** What Keybrake refused lately on the user's budget, from its audit log. */
export async function Refusals() {
  const budget = toBudgetName(await getUser());
  const { data } = await getDefaultClient().listAudit({ budget, decision: "refused", limit: 5 });
  if (data.length === 0) return <p>None yet.</p>;
  return (
    <table>
      <caption>The latest five</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">Call</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {data.map(({ id, at, label, method, path, code }) => (
          <tr key={id}>
            <td>
              <time dateTime={at}>{at.slice(11, 19)} UTC</time>
            </td>
            <td>{label}</td>
            <td>{`${method} ${path}`}</td>
            <td>{code}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
