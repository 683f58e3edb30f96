import { checkoutPageApi } from './checkout-page.ts'
import { checkoutSessionsApi } from './checkout-sessions.ts'
import { authenticationApi } from './authentication.ts'
import { balancesApi } from './balances.ts'
import { chargesApi } from './charges.ts'
import { customersApi } from './customers.ts'
import { disputesApi } from './disputes.ts'
import { merchantClocksApi } from './merchant-clocks.ts'
import { outboxApi } from './outbox.ts'
import { paymentFiguresApi } from './payment-figures.ts'
import { paymentIntentsApi } from './payment-intents.ts'
import { paymentMethodsApi } from './payment-methods.ts'
import { paymentPagesApi } from './payment-pages.ts'
import { pricesApi } from './prices.ts'
import { processorWebhooksApi } from './processor-webhooks.ts'
import { processorsApi } from './processors.ts'
import { productsApi } from './products.ts'
import { settlementFaultsApi } from './settlement-faults.ts'
import { statusRoute } from './service-status.ts'
import { setupIntentsApi } from './setup-intents.ts'
import { tokensApi } from './tokens.ts'
import { payoutsApi } from './payouts.ts'
import { reconciliationsApi } from './reconciliations.ts'
import { refundsApi } from './refunds.ts'

/** Everything the payments service answers; a file for each resource. */
export const paymentsApi = {
  getPaymentsStatus: statusRoute('payments'),
  ...paymentIntentsApi,
  ...paymentFiguresApi,
  ...checkoutSessionsApi,
  ...checkoutPageApi,
  ...paymentPagesApi,
  ...chargesApi,
  ...authenticationApi,
  ...customersApi,
  ...paymentMethodsApi,
  ...refundsApi,
  ...disputesApi,
  ...balancesApi,
  ...merchantClocksApi,
  ...productsApi,
  ...pricesApi,
  ...setupIntentsApi,
  ...tokensApi,
  ...payoutsApi,
  ...reconciliationsApi,
  ...settlementFaultsApi,
  ...processorsApi,
  ...processorWebhooksApi,
  ...outboxApi('payments'),
} as const
