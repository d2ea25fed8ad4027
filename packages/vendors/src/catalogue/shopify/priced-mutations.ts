import type { JsonObject } from "../../reading/json-body.ts";
import { readDiscount } from "./discounts.ts";
import type { NamedMoney, Shape } from "./money-in-arguments.ts";

/** A root mutation whose cost stands in its arguments. */
export interface PricedMutation {
  arguments: { readonly [argument: string]: Shape };
  /** What of its payload exists only once the thing is done. */
  creates: readonly string[];
  /** Reads the money in its arguments, if it isn't a sum of what stands there. */
  read?(values: JsonObject, currency: string | undefined): NamedMoney;
  /** Where its payload says what was moved: a `MoneyV2`, or a `MoneyBag` of one. */
  told?: readonly string[];
  /** What its payload says might be less than it costs: only more than was named counts. */
  mayTellLess?: boolean;
  /** Where its payload shows the id of the object that counts once, however many calls lead to it. */
  object?: readonly string[];
  /** Naming no amount is a call of its own, which costs nobody knows what; otherwise an amount is required. */
  mayNameNone?: boolean;
}

const STORE_CREDIT: Shape = { storeCreditRefund: { amount: "money", expiresAt: "ignored" } };
const RETURN_TRANSACTION: Shape = { parentId: "ignored", transactionAmount: "money" };
const CREATED_REFUND = { creates: ["refund"], told: ["refund", "totalRefundedSet"] };

/**
 * The mutations that say what they cost, gross: what takes value from a customer counts like what gives it.
 * Arguments as of 2026-10, https://shopify.dev/docs/api/admin-graphql/2026-10; anything else in them makes a call
 * unpriced.
 */
export const PRICED_MUTATIONS: ReadonlyMap<string, PricedMutation> = new Map(
  Object.entries<PricedMutation>({
    // Money moves by transactions and refund methods alone; lines, duties and shipping say what for.
    // Without either, what Shopify does is its own choice.
    refundCreate: {
      arguments: {
        input: {
          allowOverRefunding: "ignored",
          currency: "currency",
          discrepancyReason: "ignored",
          note: "ignored",
          notify: "ignored",
          orderId: "ignored",
          processedAt: "ignored",
          refundDuties: "ignored",
          refundLineItems: "ignored",
          refundMethods: STORE_CREDIT,
          shipping: "ignored",
          transactions: {
            amount: "bare",
            gateway: "ignored",
            kind: "ignored",
            orderId: "ignored",
            parentId: "ignored",
          },
        },
      },
      ...CREATED_REFUND,
      mayNameNone: true,
    },
    returnRefund: {
      arguments: {
        returnRefundInput: {
          notifyCustomer: "ignored",
          orderTransactions: RETURN_TRANSACTION,
          refundDuties: "ignored",
          refundShipping: "ignored",
          returnId: "ignored",
          returnRefundLineItems: "ignored",
        },
      },
      ...CREATED_REFUND,
      mayNameNone: true,
    },
    returnProcess: {
      arguments: {
        input: {
          // The goods given in exchange have a price of their own.
          exchangeLineItems: "unprovable",
          financialTransfer: {
            issueRefund: {
              allowOverRefunding: "ignored",
              orderTransactions: RETURN_TRANSACTION,
              refundMethods: STORE_CREDIT,
            },
          },
          note: "ignored",
          notifyCustomer: "ignored",
          refundDuties: "ignored",
          refundShipping: "ignored",
          returnId: "ignored",
          returnLineItems: "ignored",
          tipLineId: "ignored",
        },
      },
      creates: [],
      mayNameNone: true,
    },
    orderCapture: {
      arguments: {
        input: {
          amount: "bare",
          currency: "currency",
          finalCapture: "ignored",
          id: "ignored",
          parentTransactionId: "ignored",
        },
      },
      creates: ["transaction"],
      told: ["transaction", "amountSet"],
    },
    // Without an amount it collects what is due.
    orderCreateMandatePayment: {
      arguments: {
        amount: "money?",
        autoCapture: "ignored",
        id: "ignored",
        idempotencyKey: "ignored",
        mandateId: "ignored",
        paymentScheduleId: "ignored",
      },
      creates: ["job", "paymentReferenceId"],
      mayNameNone: true,
    },
    // It records a payment that nobody need have made, so it forgives a debt.
    orderCreateManualPayment: {
      arguments: { amount: "money?", id: "ignored", paymentMethodName: "ignored", processedAt: "ignored" },
      creates: [],
      mayNameNone: true,
    },
    giftCardCreate: {
      arguments: {
        input: {
          code: "ignored",
          crossCurrencyRedemptionStrategy: "ignored",
          customerId: "ignored",
          expiresOn: "ignored",
          initialAmount: "money?",
          initialValue: "bare?",
          note: "ignored",
          recipientAttributes: "ignored",
          templateSuffix: "ignored",
        },
      },
      creates: ["giftCard", "giftCardCode"],
      told: ["giftCard", "initialValue"],
    },
    giftCardCredit: {
      arguments: {
        creditInput: { creditAmount: "money", note: "ignored", processedAt: "ignored" },
        id: "ignored",
      },
      creates: ["giftCardCreditTransaction"],
    },
    giftCardDebit: {
      arguments: {
        debitInput: { debitAmount: "money", note: "ignored", processedAt: "ignored" },
        id: "ignored",
      },
      creates: ["giftCardDebitTransaction"],
    },
    storeCreditAccountCredit: {
      arguments: {
        creditInput: { creditAmount: "money", expiresAt: "ignored", notify: "ignored" },
        id: "ignored",
      },
      creates: ["storeCreditAccountTransaction"],
    },
    storeCreditAccountDebit: {
      arguments: { debitInput: { debitAmount: "money" }, id: "ignored" },
      creates: ["storeCreditAccountTransaction"],
    },
    // What it gives away later: an amount, as often as the code can be used.
    discountCodeBasicCreate: {
      arguments: { basicCodeDiscount: "ignored" },
      creates: ["codeDiscountNode"],
      read: readDiscount,
    },
    // The merchant approves it in a browser, past the proxy, so it counts when it is created.
    appPurchaseOneTimeCreate: {
      arguments: { name: "ignored", price: "money", returnUrl: "ignored", test: "ignored" },
      creates: ["appPurchaseOneTime", "confirmationUrl"],
    },
    appUsageRecordCreate: {
      arguments: {
        description: "ignored",
        idempotencyKey: "ignored",
        price: "money",
        subscriptionLineItemId: "ignored",
      },
      creates: ["appUsageRecord"],
    },
  }),
);
