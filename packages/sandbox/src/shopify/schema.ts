import { buildSchema, type GraphQLSchema } from "graphql";

/** The part of the Admin API's schema, version 2026-10, that the sandbox can do. Names and types are Shopify's. */
export const schema: GraphQLSchema = buildSchema(/* GraphQL */ `
  directive @idempotent(key: String!) on FIELD

  scalar Date
  scalar DateTime
  scalar Decimal
  scalar Money
  enum CurrencyCode { ${Intl.supportedValuesOf("currency").join(" ")} }

  type Query {
    shop: Shop!
    order(id: ID!): Order
    draftOrder(id: ID!): DraftOrder
    orders(first: Int, after: String, reverse: Boolean = false): OrderConnection!
  }

  type Mutation {
    refundCreate(input: RefundInput!): RefundCreatePayload
    giftCardCreate(input: GiftCardCreateInput!): GiftCardCreatePayload
    orderCapture(input: OrderCaptureInput!): OrderCapturePayload
    orderCancel(
      orderId: ID!
      reason: OrderCancelReason!
      restock: Boolean!
      notifyCustomer: Boolean
      refund: Boolean
      refundMethod: OrderCancelRefundMethodInput
      staffNote: String
    ): OrderCancelPayload
    orderCreateMandatePayment(
      id: ID!
      mandateId: ID!
      idempotencyKey: String!
      amount: MoneyInput
      autoCapture: Boolean = true
    ): OrderCreateMandatePaymentPayload
    storeCreditAccountCredit(id: ID!, creditInput: StoreCreditAccountCreditInput!): StoreCreditAccountCreditPayload
    storeCreditAccountDebit(id: ID!, debitInput: StoreCreditAccountDebitInput!): StoreCreditAccountDebitPayload
    delegateAccessTokenCreate(input: DelegateAccessTokenInput!): DelegateAccessTokenCreatePayload
    draftOrderCalculate(input: DraftOrderInput!): DraftOrderCalculatePayload
    draftOrderCreate(input: DraftOrderInput!): DraftOrderCreatePayload
    draftOrderComplete(id: ID!, paymentGatewayId: ID, paymentPending: Boolean, sourceName: String): DraftOrderCompletePayload
    draftOrderInvoiceSend(id: ID!, email: EmailInput): DraftOrderInvoiceSendPayload
    discountCodeBasicCreate(basicCodeDiscount: DiscountCodeBasicInput!): DiscountCodeBasicCreatePayload
  }

  type Shop {
    id: ID!
    name: String!
    myshopifyDomain: String!
    currencyCode: CurrencyCode!
  }

  input MoneyInput { amount: Decimal! currencyCode: CurrencyCode! }
  type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
  type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type UserError { field: [String!] message: String! }

  type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! pageInfo: PageInfo! }
  type OrderEdge { cursor: String! node: Order! }
  type Order {
    id: ID!
    name: String!
    createdAt: DateTime!
    cancelledAt: DateTime
    capturable: Boolean!
    refundable: Boolean!
    currencyCode: CurrencyCode!
    presentmentCurrencyCode: CurrencyCode!
    displayFinancialStatus: OrderDisplayFinancialStatus
    totalPriceSet: MoneyBag!
    totalCapturableSet: MoneyBag!
    totalOutstandingSet: MoneyBag!
    totalReceivedSet: MoneyBag!
    totalRefundedSet: MoneyBag!
    transactions(first: Int): [OrderTransaction!]!
  }
  enum OrderDisplayFinancialStatus { AUTHORIZED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
  enum OrderTransactionKind { AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }
  enum OrderTransactionStatus { SUCCESS }
  type OrderTransaction {
    id: ID!
    kind: OrderTransactionKind!
    status: OrderTransactionStatus!
    createdAt: DateTime!
    gateway: String
    amountSet: MoneyBag!
  }

  input RefundInput {
    orderId: ID!
    currency: CurrencyCode
    note: String
    notify: Boolean
    allowOverRefunding: Boolean = false
    refundLineItems: [RefundLineItemInput!]
    refundMethods: [RefundMethodInput!] = []
    shipping: ShippingRefundInput
    transactions: [OrderTransactionInput!]
  }
  input RefundLineItemInput { lineItemId: ID! quantity: Int! }
  input RefundMethodInput @oneOf { storeCreditRefund: StoreCreditRefundInput }
  input StoreCreditRefundInput { amount: MoneyInput! expiresAt: DateTime }
  input ShippingRefundInput { amount: Money fullRefund: Boolean }
  input OrderTransactionInput {
    amount: Money!
    gateway: String!
    kind: OrderTransactionKind!
    orderId: ID!
    parentId: ID
  }
  type RefundCreatePayload { order: Order refund: Refund userErrors: [UserError!]! }
  type Refund { id: ID createdAt: DateTime note: String order: Order! totalRefundedSet: MoneyBag! }

  input GiftCardCreateInput {
    code: String
    customerId: ID
    expiresOn: Date
    initialAmount: MoneyInput
    initialValue: Decimal
    note: String
  }
  type GiftCardCreatePayload { giftCard: GiftCard giftCardCode: String userErrors: [GiftCardUserError!]! }
  type GiftCard {
    id: ID!
    balance: MoneyV2!
    initialValue: MoneyV2!
    createdAt: DateTime!
    enabled: Boolean!
    lastCharacters: String!
    maskedCode: String!
    note: String
  }
  type GiftCardUserError { code: GiftCardErrorCode field: [String!] message: String! }
  enum GiftCardErrorCode { GREATER_THAN INVALID MISSING_ARGUMENT TAKEN TOO_LONG TOO_SHORT }

  input OrderCaptureInput {
    id: ID!
    parentTransactionId: ID!
    amount: Money!
    currency: CurrencyCode
    finalCapture: Boolean
  }
  type OrderCapturePayload { transaction: OrderTransaction userErrors: [UserError!]! }

  enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
  input OrderCancelRefundMethodInput @oneOf {
    originalPaymentMethodsRefund: Boolean
    storeCreditRefund: OrderCancelStoreCreditRefundInput
  }
  input OrderCancelStoreCreditRefundInput { expiresAt: DateTime }
  type OrderCancelPayload {
    job: Job
    orderCancelUserErrors: [OrderCancelUserError!]!
    userErrors: [UserError!]!
  }
  type Job { id: ID! done: Boolean! }
  type OrderCancelUserError { code: OrderCancelUserErrorCode field: [String!] message: String! }
  enum OrderCancelUserErrorCode { INVALID NOT_FOUND }

  type OrderCreateMandatePaymentPayload {
    job: Job
    paymentReferenceId: String
    userErrors: [OrderCreateMandatePaymentUserError!]!
  }
  type OrderCreateMandatePaymentUserError {
    code: OrderCreateMandatePaymentUserErrorCode
    field: [String!]
    message: String!
  }
  enum OrderCreateMandatePaymentUserErrorCode { ORDER_MANDATE_PAYMENT_ERROR_CODE }

  input StoreCreditAccountCreditInput { creditAmount: MoneyInput! expiresAt: DateTime notify: Boolean = false }
  input StoreCreditAccountDebitInput { debitAmount: MoneyInput! }
  type StoreCreditAccount { id: ID! balance: MoneyV2! }
  type StoreCreditAccountCreditTransaction {
    id: ID!
    account: StoreCreditAccount!
    amount: MoneyV2!
    balanceAfterTransaction: MoneyV2!
    createdAt: DateTime!
  }
  type StoreCreditAccountDebitTransaction {
    id: ID!
    account: StoreCreditAccount!
    amount: MoneyV2!
    balanceAfterTransaction: MoneyV2!
    createdAt: DateTime!
  }
  type StoreCreditAccountCreditPayload {
    storeCreditAccountTransaction: StoreCreditAccountCreditTransaction
    userErrors: [StoreCreditAccountCreditUserError!]!
  }
  type StoreCreditAccountCreditUserError {
    code: StoreCreditAccountCreditUserErrorCode
    field: [String!]
    message: String!
  }
  enum StoreCreditAccountCreditUserErrorCode {
    ACCOUNT_NOT_FOUND
    MISMATCHING_CURRENCY
    NEGATIVE_OR_ZERO_AMOUNT
    OWNER_NOT_FOUND
  }
  type StoreCreditAccountDebitPayload {
    storeCreditAccountTransaction: StoreCreditAccountDebitTransaction
    userErrors: [StoreCreditAccountDebitUserError!]!
  }
  type StoreCreditAccountDebitUserError {
    code: StoreCreditAccountDebitUserErrorCode
    field: [String!]
    message: String!
  }
  enum StoreCreditAccountDebitUserErrorCode {
    ACCOUNT_NOT_FOUND
    INSUFFICIENT_FUNDS
    MISMATCHING_CURRENCY
    NEGATIVE_OR_ZERO_AMOUNT
  }

  enum DraftOrderStatus { COMPLETED INVOICE_SENT OPEN }
  enum DraftOrderAppliedDiscountType { FIXED_AMOUNT PERCENTAGE }
  input DraftOrderAppliedDiscountInput { title: String value: Float! valueType: DraftOrderAppliedDiscountType! }
  input DraftOrderLineItemInput { originalUnitPrice: Money quantity: Int! title: String }
  input DraftOrderInput {
    appliedDiscount: DraftOrderAppliedDiscountInput
    lineItems: [DraftOrderLineItemInput!]
    note: String
  }
  input EmailInput { to: String subject: String }
  type DraftOrder {
    id: ID!
    status: DraftOrderStatus!
    currencyCode: CurrencyCode!
    totalPriceSet: MoneyBag!
    totalDiscountsSet: MoneyBag!
  }
  type CalculatedDraftOrder { currencyCode: CurrencyCode! totalPriceSet: MoneyBag! totalDiscountsSet: MoneyBag! }
  type DraftOrderCalculatePayload { calculatedDraftOrder: CalculatedDraftOrder userErrors: [UserError!]! }
  type DraftOrderCreatePayload { draftOrder: DraftOrder userErrors: [UserError!]! }
  type DraftOrderCompletePayload { draftOrder: DraftOrder userErrors: [UserError!]! }
  type DraftOrderInvoiceSendPayload { draftOrder: DraftOrder userErrors: [UserError!]! }

  input DiscountAmountInput { amount: Decimal appliesOnEachItem: Boolean }
  input DiscountCustomerGetsValueInput { discountAmount: DiscountAmountInput percentage: Float }
  input DiscountItemsInput { all: Boolean }
  input DiscountCustomerGetsInput { items: DiscountItemsInput value: DiscountCustomerGetsValueInput }
  input DiscountContextInput { all: Boolean }
  input DiscountCodeBasicInput {
    appliesOncePerCustomer: Boolean
    code: String
    context: DiscountContextInput
    customerGets: DiscountCustomerGetsInput
    endsAt: DateTime
    startsAt: DateTime
    title: String
    usageLimit: Int
  }
  type DiscountCodeNode { id: ID! }
  type DiscountUserError { code: DiscountErrorCode field: [String!] message: String! }
  enum DiscountErrorCode { BLANK TAKEN }
  type DiscountCodeBasicCreatePayload { codeDiscountNode: DiscountCodeNode userErrors: [DiscountUserError!]! }

  input DelegateAccessTokenInput { delegateAccessScope: [String!]! expiresIn: Int }
  type DelegateAccessTokenCreatePayload {
    delegateAccessToken: DelegateAccessToken
    shop: Shop!
    userErrors: [UserError!]!
  }
  type DelegateAccessToken { accessToken: String! accessScopes: [String!]! createdAt: DateTime! }
`);
