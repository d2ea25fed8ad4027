/** Root mutations that move money or create value for an amount that nobody can prove from the request, by why. */
const GROUPS: Readonly<Record<string, string>> = {
  "A payment, a refund or an order whose amount stands on another object, or on none.": `
    disputeEvidenceUpdate draftOrderCreateFromOrder draftOrderDuplicate draftOrderUpdate orderCancel orderCreate
    orderEditCommit orderInvoiceSend orderMarkAsPaid paymentReminderSend paymentScheduleCapture paymentTermsCreate paymentTermsDelete
    paymentTermsUpdate pointOfSaleDevicePaymentSessionAdjust returnCreate
    shopifyPaymentsPayoutAlternateCurrencyCreate
  `,
  "Value that moves between customers or comes back to life.": `
    customerMerge giftCardUpdate
  `,
  "Charges of subscriptions, and what decides the next one.": `
    subscriptionBillingAttemptCreate subscriptionBillingCycleBulkCharge subscriptionBillingCycleCharge
    subscriptionBillingCycleContractDraftCommit subscriptionBillingCycleEditDelete
    subscriptionBillingCycleEditsDelete subscriptionBillingCycleScheduleEdit subscriptionBillingCycleUnskip
    subscriptionContractActivate subscriptionContractAtomicCreate subscriptionContractCreate
    subscriptionContractProductChange subscriptionContractSetNextBillingDate subscriptionDraftCommit
  `,
  "What the shop owes its apps: it renews outside the proxy.": `
    appSubscriptionCancel appSubscriptionCreate appSubscriptionLineItemUpdate appSubscriptionTrialExtend
    appUninstall
  `,
  "Goods that leave, labels that are bought; a shop can be set to capture at fulfilment.": `
    fulfillmentCreate fulfillmentCreateV2 fulfillmentOrderAcceptFulfillmentRequest fulfillmentOrderOpen
    fulfillmentOrderReleaseHold fulfillmentOrderSubmitFulfillmentRequest shippingLabelPurchase
  `,
  "Discounts: what they give away later has no bound.": `
    discountAutomaticActivate discountAutomaticAppCreate discountAutomaticAppUpdate
    discountAutomaticBasicCreate discountAutomaticBasicUpdate discountAutomaticBxgyCreate
    discountAutomaticBxgyUpdate discountAutomaticFreeShippingCreate discountAutomaticFreeShippingUpdate
    discountCodeActivate discountCodeAppCreate discountCodeAppUpdate discountCodeBasicUpdate
    discountCodeBulkActivate discountCodeBxgyCreate discountCodeBxgyUpdate
    discountCodeFreeShippingCreate discountCodeFreeShippingUpdate discountRedeemCodeBulkAdd
  `,
  "Prices, taxes and fees of later orders.": `
    carrierServiceCreate carrierServiceDelete carrierServiceUpdate cartTransformCreate catalogContextUpdate
    catalogCreate catalogDelete catalogUpdate companyLocationAssignTaxExemptions
    companyLocationCreateTaxRegistration companyLocationTaxSettingsUpdate customerAddTaxExemptions
    customerReplaceTaxExemptions deliveryProfileCreate deliveryProfileRemove deliveryProfileUpdate
    giftCardProductSet marketCreate marketCurrencySettingsUpdate marketDelete marketRegionDelete
    marketRegionsCreate marketRegionsDelete marketUpdate paymentCustomizationActivation
    paymentCustomizationCreate paymentCustomizationUpdate priceListCreate priceListDelete
    priceListFixedPricesAdd priceListFixedPricesByProductUpdate priceListFixedPricesDelete
    priceListFixedPricesUpdate priceListUpdate productBundleCreate productBundleUpdate
    productJoinSellingPlanGroups productSet productVariantJoinSellingPlanGroups
    productVariantRelationshipBulkUpdate productVariantsBulkCreate quantityPricingByVariantUpdate
    sellingPlanGroupAddProductVariants sellingPlanGroupAddProducts sellingPlanGroupCreate
    sellingPlanGroupUpdate taxAppConfigure
  `,
  "Whatever a file, a workflow or a marketing app says.": `
    bulkOperationRunMutation flowTriggerReceive marketingActivityCreate marketingActivityUpdate
  `,
};

export const UNPRICED_MUTATIONS: ReadonlySet<string> = new Set(
  Object.values(GROUPS).flatMap((names) => names.trim().split(/\s+/)),
);
