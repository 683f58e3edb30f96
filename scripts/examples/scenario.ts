/** One request of the scenario, by the operation it is an example of. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `{name}` is filled with what a step before kept. */
  readonly path: string
  readonly body?: object
  /** Keeps a member of the answer for later steps, by its path: `{ intent: 'id' }`. */
  readonly keep?: Readonly<Record<string, string>>
  /** By whom: with an API key, or with the token of a login. */
  readonly as?: 'session' | 'publishable' | 'nobody'
  /** Asked again until the answer fits, where what it is about happens by itself. */
  readonly until?: RegExp
}

const get = (path: string, more: Omit<Step, 'method' | 'path'> = {}): Step => ({ method: 'GET', path, ...more })
const post = (path: string, body: object = {}, more: Omit<Step, 'method' | 'path' | 'body'> = {}): Step => ({
  method: 'POST',
  path,
  body,
  ...more,
})
const remove = (path: string, more: Omit<Step, 'method' | 'path'> = {}): Step => ({ method: 'DELETE', path, ...more })

const person = { email: 'dev@example.com', password: 'securepassword' }
const transfer = (amount: number) => [
  { account_id: 'acc_assets', amount, direction: 'debit' },
  { account_id: 'acc_revenue', amount, direction: 'credit' },
]

const people: readonly Step[] = [
  post('/auth/register', person, { as: 'nobody' }),
  post('/auth/login', person, { as: 'nobody', keep: { token: 'token', refresh: 'refresh_token' } }),
  get('/auth/me', { as: 'session', keep: { user: 'id' } }),
  post('/auth/api_keys', { environment: 'test', name: 'quickstart' }, { as: 'session', keep: { key: 'key' } }),
  post(
    '/auth/api_keys',
    { environment: 'test', name: 'reports', scopes: ['ledger:read'] },
    { as: 'session', keep: { other_key: 'id' } },
  ),
  post('/auth/api_keys/{other_key}/roll', { expires_in: 3600 }, { as: 'session' }),
  get('/auth/api_keys', { as: 'session' }),
  remove('/auth/api_keys/{other_key}', { as: 'session' }),
  get('/auth/audit_log', { as: 'session' }),
  get('/auth/operator/registration', { as: 'session' }),
  post('/auth/operator/registration', { open: true }, { as: 'session' }),
  post('/auth/operator/invitations', { email: 'colleague@example.com' }, { as: 'session' }),
  get('/auth/operator/users', { as: 'session' }),
  get('/auth/operator/audit_log', { as: 'session' }),
  get('/auth/operator/secrets', { as: 'session' }),
  post('/auth/browser/sign_in', person, { as: 'nobody' }),
  get('/auth/sessions', { as: 'session', keep: { other_session: 'data.0.id' } }),
  remove('/auth/sessions/{other_session}', { as: 'session' }),
  post('/auth/operator/users/{user}', { operator: true }, { as: 'session' }),
  get('/operator/services/gateway', { as: 'session' }),
  get('/operator/services/auth', { as: 'session' }),
  get('/operator/services/payments', { as: 'session' }),
  get('/operator/services/ledger', { as: 'session' }),
  get('/operator/services/events', { as: 'session' }),
  get('/v1/account', { keep: { merchant: 'id' } }),
  get('/v1/accounts/{merchant}'),
]

const cards: readonly Step[] = [
  post(
    '/v1/webhook_endpoints',
    { url: '{receiver}/webhook', enabled_events: ['payment_intent.*'] },
    { keep: { endpoint: 'id' } },
  ),
  post('/v1/customers', { email: 'jenny@example.com', name: 'Jenny Rosen' }, { keep: { customer: 'id' } }),
  get('/v1/customers/{customer}'),
  post('/v1/customers/{customer}', { metadata: { plan: 'gold' } }),
  get('/v1/customers?limit=3'),
  get("/v1/customers/search?query=email:'jenny@example.com'"),
  post('/v1/payment_methods', { type: 'card', card: { token: 'tok_visa' } }, { keep: { method: 'id' } }),
  post('/v1/payment_methods/{method}/attach', { customer: '{customer}' }),
  get('/v1/payment_methods/{method}'),
  post('/v1/payment_methods/{method}', { metadata: { kept: 'yes' } }),
  get('/v1/payment_methods?customer={customer}'),
  get('/v1/customers/{customer}/payment_methods'),
  get('/v1/customers/{customer}/payment_methods/{method}'),
  post('/v1/payment_methods/{method}/detach'),
  post('/v1/customers', { email: 'bob@example.com' }, { keep: { other_customer: 'id' } }),
  remove('/v1/customers/{other_customer}'),
  post('/v1/setup_intents', { customer: '{customer}' }, { keep: { setup: 'id' } }),
  post('/v1/setup_intents/{setup}', { description: 'Card for later' }),
  post('/v1/setup_intents/{setup}/confirm', { payment_method: 'pm_card_visa' }),
  get('/v1/setup_intents/{setup}'),
  get('/v1/setup_intents?limit=3'),
  get('/v1/setup_attempts?setup_intent={setup}'),
  post('/v1/setup_intents', {}, { keep: { setup_given_up: 'id' } }),
  post('/v1/setup_intents/{setup_given_up}/cancel'),
  post(
    '/v1/tokens',
    { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    { as: 'publishable', keep: { card_token: 'id' } },
  ),
  get('/v1/tokens/{card_token}'),
]

const payments: readonly Step[] = [
  post('/v1/payment_intents', { amount: 5000, currency: 'usd' }, { keep: { intent: 'id' } }),
  post('/v1/payment_intents/{intent}', { metadata: { order: '42' } }),
  post(
    '/v1/payment_intents/{intent}/confirm',
    { payment_method: 'pm_card_visa' },
    { keep: { charge: 'latest_charge' } },
  ),
  get('/v1/payment_intents/{intent}'),
  get('/v1/payment_intents?limit=3'),
  get("/v1/payment_intents/search?query=metadata['order']:'42'"),
  get('/v1/charges/{charge}'),
  post('/v1/charges/{charge}', { description: 'Order 42' }),
  get('/v1/charges?payment_intent={intent}'),
  get('/v1/charges/search?query=amount>4000'),
  post('/v1/refunds', { payment_intent: '{intent}', amount: 2000 }, { keep: { refund: 'id' } }),
  get('/v1/refunds/{refund}'),
  post('/v1/refunds/{refund}', { metadata: { why: 'one hat too many' } }),
  get('/v1/refunds?payment_intent={intent}'),
  get('/v1/charges/{charge}/refunds'),
  post(
    '/v1/payment_intents',
    {
      amount: 9900,
      currency: 'usd',
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      confirm: true,
    },
    { keep: { held: 'id' } },
  ),
  post('/v1/payment_intents/{held}/capture', { amount_to_capture: 9500 }),
  post('/v1/payment_intents', { amount: 1000, currency: 'usd' }, { keep: { given_up: 'id' } }),
  post('/v1/payment_intents/{given_up}/cancel', { cancellation_reason: 'requested_by_customer' }),
  post('/v1/charges', { amount: 1500, currency: 'usd', source: 'tok_visa', capture: false }, { keep: { older: 'id' } }),
  post('/v1/charges/{older}/capture'),
  post('/payments/payment_intents', { amount: 5000, currency: 'usd' }, { keep: { original: 'id' } }),
  post('/payments/payment_intents/{original}/confirm'),
  get('/payments/payment_intents/{original}'),
  get('/payments/payment_intents?limit=3'),
]

const afterwards: readonly Step[] = [
  post('/v1/payment_intents', {
    amount: 3000,
    currency: 'usd',
    payment_method: 'pm_card_createDispute',
    confirm: true,
  }),
  get('/v1/disputes', { keep: { dispute: 'data.0.id' }, until: /"dp_/ }),
  get('/v1/disputes/{dispute}'),
  post('/v1/disputes/{dispute}', { evidence: { product_description: 'A hat, blue' }, submit: false }),
  post('/v1/disputes/{dispute}/close'),
  get('/v1/test_helpers/clock'),
  post('/v1/test_helpers/clock/advance', { advance_by: 259_200 }),
  get('/v1/balance', { until: /"available": ?\[\{"amount": ?[1-9]/ }),
  get('/v1/balance_transactions?limit=3', { keep: { movement: 'data.0.id' } }),
  get('/v1/balance_transactions/{movement}'),
  post('/v1/payouts', { amount: 2500, currency: 'usd' }, { keep: { payout: 'id' } }),
  get('/v1/payouts/{payout}'),
  post('/v1/payouts/{payout}', { metadata: { week: '7' } }),
  get('/v1/payouts?limit=3'),
  post('/v1/payouts/{payout}/cancel'),
  post('/v1/test_helpers/settlement_faults', { subject: '{charge}', kind: 'missing' }),
  post('/payments/reconciliations', {}, { keep: { reconciliation: 'id' } }),
  get('/payments/reconciliations/{reconciliation}'),
  get('/payments/reconciliations?limit=3'),
  get('/payments/reconciliations/{reconciliation}/differences'),
]

const shop: readonly Step[] = [
  post('/v1/products', { name: 'Hat' }, { keep: { product: 'id' } }),
  get('/v1/products/{product}'),
  post('/v1/products/{product}', { description: 'Blue, with a feather' }),
  get('/v1/products?limit=3'),
  get("/v1/products/search?query=name:'Hat'"),
  post('/v1/prices', { product: '{product}', currency: 'usd', unit_amount: 2500 }, { keep: { price: 'id' } }),
  get('/v1/prices/{price}'),
  post('/v1/prices/{price}', { nickname: 'in summer' }),
  get('/v1/prices?product={product}'),
  get('/v1/prices/search?query=active:"true"'),
  post(
    '/v1/checkout/sessions',
    {
      mode: 'payment',
      line_items: [{ price: '{price}', quantity: 2 }],
      success_url: 'https://example.com/thanks',
    },
    { keep: { session: 'id' } },
  ),
  get('/v1/checkout/sessions/{session}'),
  post('/v1/checkout/sessions/{session}', { metadata: { cart: '7' } }),
  get('/v1/checkout/sessions?limit=3'),
  get('/v1/checkout/sessions/{session}/line_items'),
  get('/v1/payment_pages/{session}'),
  post('/v1/checkout/sessions/{session}/expire'),
  post('/v1/products', { name: 'Scarf' }, { keep: { other_product: 'id' } }),
  remove('/v1/products/{other_product}'),
]

const ledger: readonly Step[] = [
  post('/ledger/accounts', { id: 'acc_revenue', name: 'Revenue', type: 'revenue' }),
  post('/ledger/accounts', { id: 'acc_assets', name: 'Bank', type: 'asset' }),
  get('/ledger/accounts/acc_assets'),
  post('/ledger/accounts/acc_assets', { name: 'Bank, main account' }),
  get('/ledger/accounts?limit=3'),
  post(
    '/ledger/transactions',
    { reference_id: 'pay_987', description: 'Payment for Service', entries: transfer(100) },
    { keep: { transaction: 'id' } },
  ),
  get('/ledger/transactions/{transaction}'),
  get('/ledger/transactions?limit=3'),
  post('/ledger/transactions/bulk', {
    transactions: [
      { reference_id: 'pay_988', entries: transfer(250) },
      { reference_id: 'pay_989', entries: transfer(75) },
    ],
  }),
  post(
    '/ledger/holds',
    { reference_id: 'hold_1', entries: transfer(500), expires_in: 86_400 },
    { keep: { hold: 'id' } },
  ),
  get('/ledger/holds/{hold}'),
  get('/ledger/holds?limit=3'),
  post('/ledger/holds/{hold}/capture', { amount: 300, final: false }),
  post('/ledger/holds/{hold}/release'),
  post('/ledger/transactions/{transaction}/reverse', { reference_id: 'undo_987' }),
  post('/ledger/transactions/{transaction}/erase', { reason: 'asked for by the customer' }),
  get('/ledger/accounts/acc_assets/balance'),
  get('/ledger/accounts/acc_assets/balances?at[]=1767225600&at[]=2000000000'),
  get('/ledger/accounts/acc_assets/statement?limit=3'),
  get('/ledger/flows?recorded[gte]=1767225600'),
  get('/ledger/trial_balance'),
  get('/ledger/aggregate?group_by=type'),
  post('/ledger/assets', { code: 'points', name: 'Loyalty points', scale: 0 }),
  get('/ledger/assets/points'),
  get('/ledger/assets?limit=3'),
  get('/ledger/feed?limit=2'),
  get('/ledger/verify'),
  post('/ledger/checkpoints', {}, { keep: { checkpoint: 'id' } }),
  get('/ledger/checkpoints/{checkpoint}'),
  get('/ledger/checkpoints?limit=3'),
  get('/ledger/checkpoints/keys'),
  post('/ledger/periods', { closes_through: 1_767_225_599, description: 'The year 2025' }, { keep: { period: 'id' } }),
  get('/ledger/periods/{period}'),
  get('/ledger/periods?limit=3'),
]

const events: readonly Step[] = [
  get('/v1/events?type=payment_intent.succeeded', { keep: { event: 'data.0.id' }, until: /"evt_/ }),
  get('/v1/events/{event}'),
  get('/v1/webhook_endpoints/{endpoint}'),
  get('/v1/webhook_endpoints/{endpoint}/figures?bounds[]=1767225600&bounds[]=2000000000'),
  post('/v1/webhook_endpoints/{endpoint}', { description: 'The shop' }),
  get('/v1/webhook_endpoints?limit=3'),
  get('/events/deliveries?limit=2', { keep: { delivery: 'data.0.id' }, until: /"status": ?"delivered"/ }),
  get('/events/deliveries/{delivery}', { until: /"status": ?"(?!pending|sending)/ }),
  get('/events/deliveries/{delivery}/attempts', { until: /"data": ?\[\{/ }),
  post('/events/deliveries/{delivery}/resend'),
  post('/events/deliveries/resend', { webhook_endpoint: '{endpoint}', which: 'failed', dry_run: true }),
  post('/v1/events/{event}/retry', { webhook_endpoint: '{endpoint}' }),
  post('/v1/webhook_endpoints/{endpoint}/rotate_secret', { expires_in: 3600 }),
  post('/v1/webhook_endpoints/{endpoint}/test'),
  remove('/v1/webhook_endpoints/{endpoint}'),
  get('/events/operator/dead_letters', { as: 'session' }),
  get('/request_logs?limit=2', { keep: { request: 'data.0.id' } }),
  get('/request_logs/{request}'),
  get('/request_logs/summary'),
  get('/payments/figures?bounds[]=1767225600&bounds[]=2000000000'),
  post('/auth/refresh', { refresh_token: '{refresh}' }, { as: 'nobody' }),
  post('/auth/password', { current_password: person.password, new_password: 'another-secure-one' }, { as: 'session' }),
  post('/auth/logout', {}, { as: 'session' }),
]

/** What a developer might ask of a new Micro in the first hours, in order. */
export const scenario: readonly Step[] = [
  ...people,
  ...cards,
  ...payments,
  ...afterwards,
  ...shop,
  ...ledger,
  ...events,
]
