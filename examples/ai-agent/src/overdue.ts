/** Who owes money, and how much. More than the agent may collect in one run. */
export const OVERDUE = [
  { customer: "ada", amountCents: 3000 },
  { customer: "ben", amountCents: 2500 },
  { customer: "cleo", amountCents: 2000 },
  { customer: "dora", amountCents: 1500 },
  { customer: "emil", amountCents: 3500 },
  { customer: "fay", amountCents: 4000 },
];
