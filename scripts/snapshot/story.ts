/** What happens on an installation before its data is kept: two merchants, and payments in every state. */
import { eventually } from '@micro/testing'
import { caller, pay, type Caller } from '../../tests/e2e/api.ts'
import { allOf } from '../../tests/e2e/attempts.ts'

/** What somebody who used the installation knows about it; with it the upgraded one is asked. */
export interface Person {
  readonly email: string
  readonly password: string
  readonly refresh_token: string
  /** API keys without `sk_test_` and `sk_live_`: scanners of secrets take them for keys of somebody's money. */
  readonly keys: { readonly test: string; readonly live: string }
  /** Payment intents of test mode by the state they are in. */
  readonly intents: Readonly<Record<string, string>>
  readonly transactions: number
  readonly balances: Readonly<Record<string, number>>
  /** Ids of the events of test mode, by seq from 1. */
  readonly events: readonly string[]
}

const expectStatus = (what: string, { status, body }: { status: number; body: object }, want: number): void => {
  if (status !== want) throw new Error(`${what} answered ${status}: ${JSON.stringify(body)}`)
}

const create = async (call: Caller, body: object): Promise<string> => {
  const created = await call('POST', '/v1/payment_intents', { body: { amount: 2500, currency: 'usd', ...body } })
  expectStatus('creating an intent', created, 200)
  return created.body.id
}

const makeIntents = async (call: Caller): Promise<Record<string, string>> => {
  const [succeeded, declined, canceled, open, waiting, unfinished] = [
    (await pay(call, 5000)).body.id,
    await create(call, { description: 'declined', metadata: { order: '6735' } }),
    await create(call, {}),
    await create(call, {}),
    await create(call, { payment_method: 'pm_card_visa' }),
    await create(call, { amount: 7100, payment_method: 'pm_card_mastercard' }),
  ]
  const decline = await call('POST', `/v1/payment_intents/${declined}/confirm`, {
    body: { payment_method: 'pm_card_chargeDeclined' },
    key: 'decline-1',
  })
  expectStatus('a decline', decline, 402)
  expectStatus('canceling', await call('POST', `/v1/payment_intents/${canceled}/cancel`, { body: {} }), 200)
  for (let at = 0; at < 3; at++) await pay(call, 1000 + at)
  return { succeeded, declined, canceled, open, waiting, unfinished }
}

const bookByHand = async (call: Caller): Promise<void> => {
  for (const account of [
    { id: 'acc_bank', name: 'Bank', type: 'asset' },
    { id: 'acc_sales', name: 'Sales', type: 'revenue' },
  ])
    expectStatus('making an account', await call('POST', '/ledger/accounts', { body: account }), 201)
  const transaction = {
    reference_id: 'order-6735',
    description: 'Paid in cash',
    entries: [
      { account_id: 'acc_bank', amount: 4200, direction: 'debit' },
      { account_id: 'acc_sales', amount: 4200, direction: 'credit' },
    ],
  }
  expectStatus('booking', await call('POST', '/ledger/transactions', { body: transaction }), 201)
}

/** One person's part of the story. */
export const live = async (
  baseUrl: string,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<Person> => {
  const anyone = caller(baseUrl)
  expectStatus('registering', await anyone('POST', '/auth/register', { body: { email, password } }), 201)
  const login = await anyone('POST', '/auth/login', { body: { email, password } })
  expectStatus('logging in', login, 200)
  const session = caller(baseUrl, String(login.body['token']))
  const keyFor = async (environment: 'test' | 'live') => {
    const made = await session('POST', '/auth/api_keys', { body: { environment, name: environment } })
    expectStatus('making a key', made, 201)
    return String(made.body['key'])
  }
  const [test, liveKey] = [await keyFor('test'), await keyFor('live')]
  const call = caller(baseUrl, test)
  const intents = await makeIntents(call)
  await bookByHand(call)
  await create(caller(baseUrl, liveKey), {})
  const transactions = await eventually(async () => {
    const booked = await allOf(call, '/ledger/transactions')
    if (booked.length < 5) throw new Error(`${booked.length} transactions are booked`)
    return booked.length
  })
  const events = await eventually(async () => {
    const found = await allOf(call, '/v1/events')
    if (found.filter(({ type }) => type === 'payment_intent.created').length < 9) throw new Error('events are missing')
    if (found.filter(({ type }) => type.startsWith('charge.')).length < 5) throw new Error('events are missing')
    return found.map(({ id }) => id).toReversed()
  })
  const accounts = await allOf(call, '/ledger/accounts')
  return {
    email,
    password,
    refresh_token: String(login.body['refresh_token']),
    keys: { test: test.replace(/^sk_test_/, ''), live: liveKey.replace(/^sk_live_/, '') },
    intents,
    transactions,
    balances: Object.fromEntries(accounts.map((account) => [account.id, Number(account['balance'])])),
    events,
  }
}
