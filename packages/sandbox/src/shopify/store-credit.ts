import { type MoneyInput, parseMoney, toMoneyV2 } from "./money.ts";
import type { StoreCreditAccount } from "./objects.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall, Shop } from "./shop.ts";

export interface CreditArgs {
  readonly id: string;
  readonly creditInput: { readonly creditAmount: MoneyInput };
}

export interface DebitArgs {
  readonly id: string;
  readonly debitInput: { readonly debitAmount: MoneyInput };
}

/** `id` names an account, or a customer: any customer exists, and gets an account with the first credit. */
export function storeCreditAccountCredit({ id, creditInput }: CreditArgs, call: MutationCall): Payload {
  const { shop } = call;
  const money = parseMoney(creditInput.creditAmount);
  if (money.minor <= 0) return notPositive(["creditInput", "creditAmount", "amount"]);
  const account = shop.storeCredit.get(id);
  if (account && account.currency !== money.currency) return otherCurrency(["creditInput", "creditAmount"]);
  if (!account && !isCustomer(id)) {
    return userError(["id"], "Store credit account does not exist", "ACCOUNT_NOT_FOUND");
  }
  const credited = addStoreCredit(shop, account?.owner ?? id, money.currency, money.minor);
  return move(call, credited, "store_credit.credited", "StoreCreditAccountCreditTransaction", money.minor);
}

export function storeCreditAccountDebit({ id, debitInput }: DebitArgs, call: MutationCall): Payload {
  const { shop } = call;
  const money = parseMoney(debitInput.debitAmount);
  if (money.minor <= 0) return notPositive(["debitInput", "debitAmount", "amount"]);
  const account = shop.storeCredit.get(id) ?? findOwned(shop, id, money.currency);
  if (!account) return userError(["id"], "Store credit account does not exist", "ACCOUNT_NOT_FOUND");
  if (account.currency !== money.currency) return otherCurrency(["debitInput", "debitAmount"]);
  if (account.balanceMinor < money.minor) {
    const field = ["debitInput", "debitAmount", "amount"];
    return userError(field, "The store credit account does not have sufficient funds", "INSUFFICIENT_FUNDS");
  }
  account.balanceMinor -= money.minor;
  return move(call, account, "store_credit.debited", "StoreCreditAccountDebitTransaction", money.minor);
}

/** Adds to the owner's account in that currency, a new one if need be. Records nothing. */
export function addStoreCredit(
  shop: Shop,
  owner: string,
  currency: string,
  minor: number,
): StoreCreditAccount {
  let account = findOwned(shop, owner, currency);
  if (!account) {
    account = { gid: shop.newGid("StoreCreditAccount"), owner, currency, balanceMinor: 0 };
    shop.storeCredit.set(account.gid, account);
  }
  account.balanceMinor += minor;
  return account;
}

function findOwned(shop: Shop, owner: string, currency: string): StoreCreditAccount | undefined {
  return [...shop.storeCredit.values()].find(
    (account) => account.owner === owner && account.currency === currency,
  );
}

function isCustomer(id: string): boolean {
  return /^gid:\/\/shopify\/Customer\/[0-9]+$/.test(id);
}

function notPositive(field: readonly string[]): Payload {
  return userError(field, "A positive amount must be used", "NEGATIVE_OR_ZERO_AMOUNT");
}

function otherCurrency(field: readonly string[]): Payload {
  return userError(field, "The currency does not match that of the account", "MISMATCHING_CURRENCY");
}

function move(
  { nowMs, record, shop }: MutationCall,
  account: StoreCreditAccount,
  kind: string,
  type: string,
  amountMinor: number,
): Payload {
  const { currency } = account;
  const id = shop.newGid(type);
  record({
    objectId: id,
    kind,
    amountMinor,
    currency: currency.toLowerCase(),
    metadata: { account: account.gid, owner: account.owner },
  });
  const balance = toMoneyV2({ minor: account.balanceMinor, currency });
  const storeCreditAccountTransaction = {
    id,
    account: { id: account.gid, balance },
    amount: toMoneyV2({ minor: amountMinor, currency }),
    balanceAfterTransaction: balance,
    createdAt: new Date(nowMs).toISOString(),
  };
  return { storeCreditAccountTransaction, userErrors: [] };
}
