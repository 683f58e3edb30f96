import { monotonicMs } from '@micro/kernel'
import { eventually, seededRandom, type Seeded } from '@micro/testing'
import { newMerchant, type Merchant } from '../e2e/api.ts'
import { converge, isAnswered, observe, type Observation, type Request } from './client.ts'
import { openEndpoint, type Endpoint } from './endpoint.ts'
import { listen, type Listener } from './stream.ts'

export const amount = 5_000

/** A payment, and a ledger transaction of the merchant's own, as one client tried to make them. */
export interface Journey {
  /** In the intent's description and the transaction's reference. */
  readonly name: string
  readonly card: string
  /** The client was to retry nothing, and does not know what became of it. */
  abandoned: boolean
  created: Observation | undefined
  confirmed: Observation | undefined
  posted: Observation | undefined
}

/** One merchant, with all that its clients did and saw. */
export interface Tenant {
  readonly merchant: Merchant
  readonly journeys: Journey[]
  readonly observations: Observation[]
  readonly listener: Listener
  readonly endpoint: Endpoint
}

export interface Load {
  readonly tenants: readonly Tenant[]
  /** Waits until so many more requests had an answer, whatever it said, or a broken connection. */
  attempts(count: number): Promise<void>
  /** Waits until so many more requests succeeded. */
  successes(count: number): Promise<void>
  /** Begins nothing new, lets every client come to an end of what it began, and ends. */
  stop(): Promise<void>
  /** Ends those who listen, too. */
  close(): Promise<void>
}

const waitMsMax = 120_000
const declineShare = 0.15
const abandonShare = 0.2

const runClient = async (options: {
  url: string
  tenant: Tenant
  name: string
  random: Seeded
  deadlineMs: () => number
  isOver: () => boolean
}): Promise<void> => {
  const { url, tenant, random, deadlineMs, isOver } = options
  const { key } = tenant.merchant

  const send = (request: Request) => async (): Promise<Observation> => {
    const seen = await observe(url, key, request)
    tenant.observations.push(seen)
    return seen
  }

  const travel = async (journey: Journey): Promise<void> => {
    const abandons = (): boolean => {
      journey.abandoned ||= random.chance(abandonShare)
      return journey.abandoned
    }
    const settle = (request: Request) => converge({ send: send(request), random, deadlineMs, abandons })
    const { name, card } = journey
    journey.created = await settle({
      step: 'create',
      method: 'POST',
      path: '/payments/payment_intents',
      key: `create-${name}`,
      body: { amount, currency: 'usd', description: name },
    })
    const intent = journey.created?.body?.id
    if (intent !== undefined)
      journey.confirmed = await settle({
        step: 'confirm',
        method: 'POST',
        path: `/payments/payment_intents/${intent}/confirm`,
        key: `confirm-${name}`,
        body: { payment_method: card },
      })
    journey.posted = await settle({
      step: 'post',
      method: 'POST',
      path: '/ledger/transactions',
      key: `post-${name}`,
      body: {
        reference_id: name,
        entries: [
          { account_id: 'acc_cash', amount: -7, direction: 'debit' },
          { account_id: 'acc_sales', amount: 7, direction: 'credit' },
        ],
      },
    })
    await send({ step: 'read', method: 'GET', path: `/v1/payment_intents/${intent ?? 'pi_none'}` })()
    await send({ step: 'list', method: 'GET', path: '/v1/events?limit=5' })()
  }

  for (let at = 0; !isOver(); at++) {
    const card = random.chance(declineShare) ? 'pm_card_chargeDeclined' : 'pm_card_visa'
    const journey: Journey = {
      name: `${options.name}-${at}`,
      card,
      abandoned: false,
      created: undefined,
      confirmed: undefined,
      posted: undefined,
    }
    tenant.journeys.push(journey)
    await travel(journey)
  }
}

const openTenant = async (url: string): Promise<Tenant> => {
  const merchant = await newMerchant(url)
  // First, so that it is told of all there is.
  const endpoint = await openEndpoint(merchant)
  for (const body of [
    { id: 'acc_cash', name: 'Cash', type: 'asset' },
    { id: 'acc_sales', name: 'Sales', type: 'revenue' },
  ]) {
    const { status } = await merchant.test('POST', '/ledger/accounts', { body })
    if (status !== 201) throw new Error(`making an account answered ${status}`)
  }
  return { merchant, journeys: [], observations: [], listener: listen(url, merchant.key), endpoint }
}

/** Merchants, each with some clients that pay, post and read one after another, and a listener to its events. */
export const startLoad = async (options: {
  url: string
  seed: number
  merchants?: number
  clientsEach?: number
  /** How long, after the end, a client goes on trying to finish what it began. */
  convergeMs?: number
}): Promise<Load> => {
  const { url, seed, merchants = 2, clientsEach = 2, convergeMs = 60_000 } = options
  const tenants = await Promise.all(Array.from({ length: merchants }, () => openTenant(url)))
  let deadlineMs = Number.POSITIVE_INFINITY
  let isOver = false
  const clients = Promise.all(
    tenants.flatMap((tenant, at) =>
      Array.from({ length: clientsEach }, (_, nth) =>
        runClient({
          url,
          tenant,
          name: `${at}-${nth}-${seed}`,
          random: seededRandom(seed * 1_000 + at * 100 + nth),
          deadlineMs: () => deadlineMs,
          isOver: () => isOver,
        }),
      ),
    ),
  )
  const count = (counts: (seen: Observation) => boolean): number =>
    tenants.reduce((sum, { observations }) => sum + observations.filter(counts).length, 0)
  const more = async (added: number, counts: (seen: Observation) => boolean): Promise<void> => {
    const goal = count(counts) + added
    await eventually(
      () => {
        const now = count(counts)
        if (now < goal) throw new Error(`${goal - now} of ${added} requests still missing`)
      },
      { timeoutMs: waitMsMax },
    )
  }
  return {
    tenants,
    attempts: (added) => more(added, () => true),
    successes: (added) => more(added, isAnswered),
    async stop() {
      deadlineMs = monotonicMs() + convergeMs
      isOver = true
      await clients
    },
    async close() {
      await Promise.all(tenants.flatMap(({ listener, endpoint }) => [listener.stop(), endpoint.stop()]))
    },
  }
}
