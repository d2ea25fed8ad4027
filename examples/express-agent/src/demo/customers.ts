import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";

/** One line of the customer file. */
export interface Customer {
  customer: string;
  amountCents: number;
}

/**
 * Reads a customer file: CSV with a header that names at least `customer` and `amount_cents`.
 *
 * @throws {Error} When the file can't be read, has no customers, or has an amount that isn't a positive integer.
 */
export async function readCustomers(file: string | URL): Promise<Customer[]> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`the customer file ${file} can't be read`);
  });
  const rows: Record<string, string>[] = parse(text, { columns: true, skip_empty_lines: true, trim: true });
  if (rows.length === 0) throw new Error(`the customer file ${file} has no customers`);
  return rows.map(({ customer, amount_cents }, index) => {
    const amountCents = Number(amount_cents);
    if (!customer || !Number.isSafeInteger(amountCents) || amountCents < 1) {
      throw new Error(`line ${index + 2} of ${file}: needs a customer and an amount_cents of 1 or more`);
    }
    return { customer, amountCents };
  });
}
