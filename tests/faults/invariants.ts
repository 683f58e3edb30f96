import { eventually } from '@micro/testing'
import type { Item } from '../e2e/api.ts'
import type { Observation } from './client.ts'
import { isAnswered, isPassing } from './client.ts'
import { readFacts, underWay, untold, wrongBooks, wrongEvents, wrongOrder, type Facts } from './facts.ts'
import { amount, type Journey, type Load, type Tenant } from './load.ts'
import type { World } from './world.ts'

/**
 * How long, after everything runs again, the last event, posting and webhook may take: a posting is tried again within
 * 60 s, a webhook that failed twice after two minutes.
 */
const settledMsMax = 180_000

const countBy = (values: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

const sum = (amounts: readonly unknown[]): number => amounts.reduce((total: number, one) => total + Number(one), 0)

/** No answer but success, decline, "later" with a time to wait, or a broken connection; nothing that looks like ours inside. */
const behaviour = (seen: readonly Observation[]): string[] =>
  seen.flatMap((one) => {
    const told = `${one.step} ${one.key} was answered ${one.status} ${one.code ?? ''}: ${one.text.slice(0, 300)}`
    const problems: string[] = []
    if (!isAnswered(one) && !isPassing(one) && !(one.step === 'read' && one.status === 404)) problems.push(told)
    if (one.status === 503 && !one.retryAfter) problems.push(`without Retry-After: ${told}`)
    if (one.status !== 0 && one.body === undefined) problems.push(`not JSON: ${told}`)
    if (/\n\s+at .*:\d+|node_modules/.test(one.text) && one.status !== 0) problems.push(`a stack: ${told}`)
    return problems
  })

const journeyProblems = (journey: Journey, facts: Facts): string[] => {
  const { name, card, created, confirmed, posted, abandoned } = journey
  const problems: string[] = []
  const made = facts.intents.filter((intent) => intent['description'] === name)
  if (made.length > 1) problems.push(`I2: ${name} exists ${made.length} times`)
  if (created !== undefined && made[0]?.id !== created.body?.id)
    problems.push(`I1: ${name} is not there as it was told`)
  const wanted = card === 'pm_card_visa' ? 'succeeded' : 'requires_payment_method'
  if (confirmed !== undefined && made[0]?.status !== wanted)
    problems.push(`I1: ${name} is ${made[0]?.status}, and was told to be ${wanted}`)
  const booked = facts.transactions.filter((transaction) => transaction['reference_id'] === name)
  if (booked.length > 1) problems.push(`I2: transaction ${name} exists ${booked.length} times`)
  if (posted !== undefined && booked[0]?.id !== posted.body?.id)
    problems.push(`I1: transaction ${name} is not there as it was told`)
  // Whoever goes on asking with the same key comes to an end.
  if (!abandoned && (created === undefined || confirmed === undefined || posted === undefined))
    problems.push(`I2: ${name} did not converge`)
  return problems
}

/** What each intent and charge must have told the world, no more and no less. */
const dueEvents = (intents: readonly Item[]): string[] =>
  intents.flatMap((intent) => {
    const charge = String(intent['latest_charge'])
    const created = `payment_intent.created ${intent.id}`
    if (intent.status === 'succeeded')
      return [created, `charge.succeeded ${charge}`, `payment_intent.succeeded ${intent.id}`]
    if (intent['latest_charge'] === null) return [created]
    return [created, `charge.failed ${charge}`, `payment_intent.payment_failed ${intent.id}`]
  })

const isMicros = (transaction: Item): boolean => String(transaction['reference_id']).startsWith('micro:')

/** The same of the ledger: the merchant's own transactions and accounts, and nothing of Micro's. */
const dueLedgerEvents = ({ transactions, accounts }: Facts): string[] => [
  ...transactions.filter((each) => !isMicros(each)).map(({ id }) => `ledger.transaction.posted ${id}`),
  ...accounts.filter((each) => each['system'] !== true).map(({ id }) => `ledger.account.created ${id}`),
]

const differences = (what: string, found: readonly string[], wanted: readonly string[]): string[] => {
  const [have, want] = [countBy(found), countBy(wanted)]
  return [...new Set([...have.keys(), ...want.keys()])]
    .filter((key) => have.get(key) !== want.get(key))
    .map((key) => `${what}: ${key} is there ${have.get(key) ?? 0} times, not ${want.get(key) ?? 0}`)
}

const bookProblems = ({ intents, transactions, accounts }: Facts, journeys: readonly Journey[]): string[] => {
  const problems: string[] = []
  const moved = new Map<string, number>()
  for (const transaction of transactions) {
    const entries = transaction['entries'] as readonly { account_id: string; amount: number }[]
    if (sum(entries.map((entry) => entry.amount)) !== 0) problems.push(`I3: ${transaction.id} does not balance`)
    for (const entry of entries) moved.set(entry.account_id, (moved.get(entry.account_id) ?? 0) + entry.amount)
  }
  for (const account of accounts)
    if (Number(account['net']) !== (moved.get(account.id) ?? 0))
      problems.push(`I3: ${account.id} has ${String(account['net'])}, its entries ${moved.get(account.id) ?? 0}`)
  const paid = intents.filter(({ status }) => status === 'succeeded')
  const own = new Set(journeys.map(({ name }) => name))
  const charged = transactions.map((each) => String(each['reference_id'])).filter((reference) => !own.has(reference))
  problems.push(
    ...differences(
      'I1: ledger',
      charged,
      paid.map((intent) => `micro:charge:${String(intent['latest_charge'])}`),
    ),
  )
  if (sum(paid.map((intent) => intent['amount'])) !== paid.length * amount) problems.push('I1: an amount changed')
  return problems
}

/** What of a merchant's an event may be about. */
const objectsOf = ({ intents, transactions, accounts }: Facts): ReadonlySet<string> =>
  new Set([
    ...intents.flatMap((intent) => [intent.id, String(intent['latest_charge'])]),
    ...[...transactions, ...accounts].map(({ id }) => id),
  ])

const streamProblems = ({ listener, merchant }: Tenant, facts: Facts): string[] => {
  const { heard } = listener
  const problems = listener.complaints.map((complaint) => `the stream of ${merchant.email} was ${complaint}`)
  const bySeq = new Map<number, string>()
  let last = { connection: 0, seq: 0 }
  for (const { seq, id, connection } of heard) {
    if (bySeq.has(seq) && bySeq.get(seq) !== id) problems.push(`I7: seq ${seq} came as ${bySeq.get(seq)} and as ${id}`)
    if (!bySeq.has(seq) && seq !== bySeq.size + 1) problems.push(`I5: seq ${seq} came after ${bySeq.size}`)
    if (connection === last.connection && seq !== last.seq + 1) problems.push(`I5: seq ${seq} came after ${last.seq}`)
    bySeq.set(seq, id)
    last = { connection, seq }
  }
  const told = new Set(bySeq.values())
  if (told.size !== bySeq.size) problems.push('I7: one event came under two seqs')
  for (const { id, type } of facts.events) if (!told.has(id)) problems.push(`I4: ${type} ${id} never came`)
  const own = objectsOf(facts)
  for (const { object, type } of heard)
    if (!own.has(object)) problems.push(`I6: ${type} of ${object} came to a merchant who has no such object`)
  return problems
}

const webhookProblems = ({ endpoint, merchant }: Tenant, facts: Facts): string[] => {
  const { delivered } = endpoint
  const problems = endpoint.complaints.map((complaint) => `a webhook of ${merchant.email} was ${complaint}`)
  const seqs = new Map<string, number>()
  for (const { id, seq } of delivered) {
    if ((seqs.get(id) ?? seq) !== seq) problems.push(`I7: webhook ${id} came as seq ${seqs.get(id)} and as ${seq}`)
    seqs.set(id, seq)
  }
  for (const { id, type } of facts.events) if (!seqs.has(id)) problems.push(`I4: webhook ${type} ${id} never came`)
  const own = objectsOf(facts)
  for (const { object, type } of delivered)
    if (!own.has(object)) problems.push(`I6: webhook ${type} of ${object} came to a merchant who has no such object`)
  return problems
}

const tenantProblems = async (tenant: Tenant): Promise<string[]> => {
  const facts = await readFacts(tenant)
  const { journeys } = tenant
  return [
    ...journeys.flatMap((journey) => journeyProblems(journey, facts)),
    ...differences(
      'I4: events',
      // Told only where a result stayed unknown for a while; what became of it is told in any case.
      facts.events
        .filter(({ type }) => type !== 'payment_intent.processing')
        .map(({ type, data }) => `${type} ${data.object.id}`),
      [...dueEvents(facts.intents), ...dueLedgerEvents(facts)],
    ),
    ...bookProblems(facts, journeys),
    ...streamProblems(tenant, facts),
    ...webhookProblems(tenant, facts),
  ]
}

/** Everything that does not hold, seen from outside; empty when all is well. Call it once the load has ended. */
export const violations = async (
  world: World,
  { tenants }: Load,
  { withinMs = settledMsMax }: { withinMs?: number } = {},
): Promise<string[]> => {
  let found: string[] = []
  const look = async (): Promise<boolean> => {
    const rows = (await Promise.all([underWay(world), untold(world), wrongBooks(world), wrongEvents(world)])).flat()
    const seen = await Promise.all(tenants.map(tenantProblems))
    found = [...rows.map(({ wrong }) => String(wrong)), ...seen.flat()]
    return found.length === 0
  }
  // What is on its way arrives by itself; what is wrong for good stays wrong.
  await eventually(look, { timeoutMs: withinMs, everyMs: 250 }).catch(() => {})
  const seen = tenants.flatMap(({ observations }) => behaviour(observations))
  return [...seen, ...found, ...(await wrongOrder(world))]
}
