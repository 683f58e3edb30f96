import { apis, pathsOf, type Route } from '@micro/contracts'

export interface PublicOperation {
  readonly name: string
  readonly route: Route
  readonly path: string
}

/** Every way into Micro: each operation the gateway has a door for, on each of its paths. */
export const publicOperations: readonly PublicOperation[] = Object.values(apis)
  .flatMap((api) => Object.entries(api) as [string, Route][])
  .filter(([, route]) => !route.access.includes('internal'))
  .flatMap(([name, route]) => pathsOf(route).map((path) => ({ name, route, path })))

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly minimum?: number
  readonly minLength?: number
  readonly required?: readonly string[]
  /** Of what is refused whatever it is. */
  readonly not?: unknown
}

/** Values of the parameters whose form or meaning a schema's type does not tell. */
const byName: Readonly<Record<string, unknown>> = {
  amount: 5000,
  min_available: 0,
  max_balance: '1000000000000000000000000000000',
  if_version: 1,
  currency: 'usd',
  unit_label: 'hat',
  transfer_lookup_key: true,
  address_country: 'US',
  email: 'fuzz@example.com',
  password: 'securepassword',
  current_password: 'securepassword',
  new_password: 'securepassword',
  refresh_token: 'rt_0000000000000000',
  payment_method: 'pm_card_visa',
  payment_method_id: 'pm_card_visa',
  payment_method_types: ['card'],
  metadata: { order: '42' },
  receipt_email: 'payer@example.com',
  statement_descriptor: 'FUZZ',
  statement_descriptor_suffix: 'FUZZ',
  return_url: 'https://example.com/done',
  url: 'https://api.stripe.com',
  currencies: ['usd'],
  success_url: 'https://example.com/thanks',
  cancel_url: 'https://example.com/cart',
  line_items: [{ price: 'price_fuzz', quantity: 1 }],
  // Between 30 minutes and a day from now.
  expires_at: undefined,
  final_capture: true,
  source: 'tok_visa',
  account_id: 'acc_fuzz_a',
  created: { gte: 1 },
  recorded: { gte: 1 },
  bounds: [1, 2],
  since: 0,
  query: 'metadata["a"]:"b"',
  country: 'US',
  enabled_events: ['*'],
  api_version: '2026-10-28.endive',
  closes_through: 1,
  entries: [
    { account_id: 'acc_fuzz_a', amount: 100, direction: 'credit' },
    { account_id: 'acc_fuzz_b', amount: 100, direction: 'debit' },
  ],
}

/** Parameters that are left out beside another one that says the same. */
const besides: Readonly<Record<string, string>> = {
  entries: 'amount',
  expires_at: 'expires_in',
  to: 'advance_by',
  product_data: 'product',
  unit_amount_decimal: 'unit_amount',
  payment_intent: 'charge',
  payment_method_data: 'payment_method',
  publishable: 'scopes',
  setup_intent_data: 'payment_intent_data',
  customer_creation: 'customer',
  customer_email: 'customer',
}

const sampleOf = (name: string, schema: Schema): unknown => {
  if (name in byName) return byName[name]
  if (schema.not !== undefined) return undefined
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return sampleOf(name, schema.anyOf[0] ?? {})
  if (schema.type === 'object') return samplesOf(schema)
  if (schema.type === 'array') return [sampleOf('', schema.items ?? {})]
  if (schema.type === 'integer') return Math.max(1, schema.minimum ?? 1)
  if (schema.type === 'number') return 1
  if (schema.type === 'boolean') return false
  return `fuzz_${name}`
}

/**
 * A valid value for every parameter of a part of a request, undefined where it is to be left out; none for a part that
 * a route does not have.
 */
export const samplesOf = (schema: object | undefined): Record<string, unknown> => {
  const properties = (schema as Schema | undefined)?.properties ?? {}
  return Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [
      name,
      (besides[name] ?? '') in properties ? undefined : sampleOf(name, each),
    ]),
  )
}

/** As samplesOf, of those alone that cannot be left out. */
export const neededOf = (schema: object | undefined): Record<string, unknown> => {
  const required = (schema as Schema | undefined)?.required ?? []
  return Object.fromEntries(Object.entries(samplesOf(schema)).filter(([name]) => required.includes(name)))
}

/** As qs and Stripe's clients write it: `a[b]=c`, `a[0]=x`. */
export const encodeForm = (value: unknown, name = ''): string => {
  if (value === null || typeof value !== 'object')
    return `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(String(value).toWellFormed())}`
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => encodeForm(member, name === '' ? key : `${name}[${key}]`))
    .filter((part) => part !== '')
    .join('&')
}
