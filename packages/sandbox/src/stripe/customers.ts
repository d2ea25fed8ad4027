import { find, newId, type StripeCall } from "./account.ts";
import { listPage } from "./list.ts";
import type { Customer } from "./objects.ts";
import { mergeMetadata, readClearableString, readInteger, readString } from "./params.ts";
import { readCard } from "./test-tokens.ts";

export function createCustomer(call: StripeCall): Customer {
  const customer: Customer = {
    id: newId("cus"),
    object: "customer",
    balance: 0,
    created: call.now,
    currency: "usd",
    default_source: null,
    description: null,
    email: null,
    livemode: call.account.livemode,
    metadata: {},
    name: null,
    phone: null,
  };
  change(call, customer);
  call.account.customers.set(customer.id, customer);
  return customer;
}

export function retrieveCustomer({ account, id }: StripeCall): object {
  return account.deletedCustomers.has(id) ? tombstone(id) : find(account.customers, "customer", id);
}

export function updateCustomer(call: StripeCall): Customer {
  const customer = find(call.account.customers, "customer", call.id);
  change(call, customer);
  return customer;
}

export function deleteCustomer({ account, id }: StripeCall): object {
  find(account.customers, "customer", id);
  account.customers.delete(id);
  account.deletedCustomers.add(id);
  return tombstone(id);
}

export function listCustomers(call: StripeCall): object {
  return listPage(call, "/v1/customers", call.account.customers, ["email"]);
}

function change(call: StripeCall, customer: Customer): void {
  const { params } = call;
  const source = readString(params, "source");
  if (source !== undefined) readCard(source, "source");
  const balance = readInteger(params, "balance", Number.MIN_SAFE_INTEGER) ?? customer.balance;
  const changed: Customer = {
    ...customer,
    balance,
    default_source: source ?? customer.default_source,
    metadata: mergeMetadata(customer.metadata, params),
  };
  for (const name of ["description", "email", "name", "phone"] as const) {
    const value = readClearableString(params, name);
    if (value !== undefined) changed[name] = value;
  }
  // Store credit is money. Each change of it is a movement of its own, as Stripe keeps one transaction for each.
  if (balance !== customer.balance) {
    call.record({
      objectId: newId("cbtxn"),
      kind: "customer.balance_changed",
      amountMinor: Math.abs(balance - customer.balance),
      currency: customer.currency,
      metadata: changed.metadata,
    });
  }
  Object.assign(customer, changed);
}

function tombstone(id: string): object {
  return { id, object: "customer", deleted: true };
}
