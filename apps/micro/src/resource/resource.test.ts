import { paymentsApi, type Route } from '@micro/contracts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { httpServer, type Seen } from '../gateway.fixture.ts'
import { inProcess } from '../in-process.fixture.ts'
import { pairsOf, parametersOf } from './parameters.ts'

const flagsOf = (route: Route) => parametersOf(route).map(({ option }) => option.long)

describe('the flags of a command are the parameters of its contract', () => {
  test('each of a kind that a flag can say', () => {
    const flags = flagsOf(paymentsApi.createPaymentIntent)
    expect(flags.slice(0, 2)).toEqual(['--amount', '--currency'])
    expect(flags).toEqual(
      expect.arrayContaining(['--confirm', '--metadata', '--payment-method-types', '--off-session']),
    )
    // Objects, and what is refused.
    for (const none of ['--shipping', '--transfer-data', '--payment-method-options']) expect(flags).not.toContain(none)
    expect(flagsOf(paymentsApi.listPayouts)).toEqual(['--from', '--to', '--destination', '--status'])
  })

  test('what is given is sent as a form has it', () => {
    const parameters = parametersOf(paymentsApi.createPaymentIntent)
    const given = { amount: '2000', metadata: { a: 'b' }, paymentMethodTypes: ['card'], confirm: true }
    expect(pairsOf(parameters, given)).toEqual([
      ['amount', '2000'],
      ['metadata[a]', 'b'],
      ['payment_method_types[]', 'card'],
      ['confirm', 'true'],
    ])
  })
})

describe('commands', () => {
  let server: Awaited<ReturnType<typeof httpServer>>
  let answer: (seen: Seen) => unknown
  beforeEach(async () => {
    server = await httpServer((seen) => ({ status: 200, body: answer(seen) }))
  })
  afterEach(() => server.close())
  const micro = (...args: string[]) => inProcess([...args, '--gateway-url', server.url])
  const payment = (at: number, over: object = {}) => ({
    id: `pi_${at}`,
    object: 'payment_intent',
    amount: 123_456,
    currency: 'usd',
    status: 'succeeded',
    customer: null,
    description: null,
    metadata: {},
    created: 1_800_000_000 + at,
    ...over,
  })

  test('list asks page by page, and leaves out columns that say nothing', async () => {
    const all = Array.from({ length: 150 }, (_, at) => payment(at))
    answer = ({ path }) => {
      const query = new URL(path, 'http://x').searchParams
      const from = all.findIndex(({ id }) => id === query.get('starting_after')) + 1
      const data = all.slice(from, from + Number(query.get('limit')))
      return { object: 'list', url: '/v1/payment_intents', has_more: from + data.length < all.length, data }
    }
    const { code, stdout, stderr } = await micro('payments', 'list', '--limit', '120', '--customer', 'cus_1')
    const lines = stdout.trim().split('\n')
    expect([code, lines.length]).toEqual([0, 121])
    expect(lines[0]).toMatch(/^PAYMENT +AMOUNT +STATUS +CREATED$/)
    expect(lines[1]).toMatch(/^pi_0 +1,234\.56 USD +succeeded +2027-01-15T08:00:00Z$/)
    expect(stderr).toBe('More with --starting-after pi_119, or a higher --limit.\n')
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/v1/payment_intents?customer=cus_1&limit=100',
      '/v1/payment_intents?customer=cus_1&limit=20&starting_after=pi_99',
    ])
    expect(JSON.parse((await micro('payments', 'list', '--json')).stdout)).toHaveLength(20)
  })

  test('an empty list is said aside, and is an empty list as JSON', async () => {
    answer = () => ({ object: 'list', url: '', has_more: false, data: [] })
    expect(await micro('refunds', 'list')).toEqual({ code: 0, stdout: '', stderr: 'There are no such refunds.\n' })
    expect((await micro('refunds', 'list', '--json')).stdout).toBe('[]\n')
  })

  test('one is shown line by line; what others wrote cannot command the terminal', async () => {
    answer = () => payment(1, { description: 'a\u001b[2Jb\nc', metadata: { order: '7' } })
    const { stdout } = await micro('payments', 'show', 'pi_1/../x')
    expect(stdout).toMatch(
      /^Payment +pi_1\nAmount +1,234\.56 USD\nStatus +succeeded\nDescription +a.\[2Jb c\nMetadata +order=7\n/,
    )
    expect(stdout).not.toContain('\u001b')
    expect(server.seen[0]?.path).toBe('/v1/payment_intents/pi_1%2F..%2Fx')
  })

  test('create sends flags and -d together', async () => {
    answer = () => payment(1)
    await micro(
      'payments',
      'create',
      '--amount',
      '2000',
      '-d',
      'currency=usd',
      '--confirm',
      '-i',
      'k',
      '-e',
      'customer',
    )
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      body: 'amount=2000&confirm=true&currency=usd&expand[]=customer',
      headers: { 'idempotency-key': 'k' },
    })
  })

  test('delete says what is gone', async () => {
    answer = () => ({ id: 'cus_1', object: 'customer', deleted: true })
    expect((await micro('customers', 'delete', 'cus_1')).stdout).toBe('Deleted cus_1.\n')
  })

  test('the balance has a line for each currency, the clock one line', async () => {
    answer = ({ path }) =>
      path === '/v1/balance'
        ? {
            available: [{ amount: -500, currency: 'usd' }],
            pending: [
              { amount: 1000, currency: 'usd' },
              { amount: 7, currency: 'jpy' },
            ],
          }
        : { now: 1_800_000_000, ahead_seconds: 90_000 }
    expect((await micro('balance')).stdout).toBe(
      'CURRENCY  AVAILABLE  PENDING\nUSD           -5.00    10.00\nJPY               0        7\n',
    )
    expect((await micro('clock', 'advance', '--by', '1d1h')).stdout).toBe('2027-01-15T08:00:00Z (1d 1h ahead)\n')
    expect(server.seen.at(-1)).toMatchObject({ path: '/v1/test_helpers/clock/advance', body: 'advance_by=90000' })
  })

  for (const [args, message] of [
    [['payments', 'create', '--amount', '20.00'], 'It must be a whole number'],
    [['refunds', 'create', '--reason', 'whim'], 'Allowed choices are duplicate, fraudulent, requested_by_customer'],
    [['payments', 'list', '--from', 'monday'], 'It must be a time such as'],
    [['payments', 'create', '-d', 'amount'], 'It must look like name=value'],
    [['payments', 'list', '--limit', '0'], 'from 1 to'],
  ] as const)
    test(`${args.join(' ')} asks nothing and ends with 2`, async () => {
      const { code, stderr } = await micro(...args)
      expect([code, stderr, server.seen]).toEqual([2, expect.stringContaining(message), []])
    })
})
