import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import { eventually, seededRandom, type Seeded } from '@micro/testing'
import { newMerchant, pay } from '../e2e/api.ts'
import { asSuperuser } from './facts.ts'
import { violations } from './invariants.ts'
import { startLoad, type Load } from './load.ts'
import type { World } from './world.ts'

/** What a scenario plays with: the world, some load on it, and reproducible choices. */
export interface Stage {
  readonly world: World
  readonly load: Load
  readonly random: Seeded
}

export interface Scenario {
  /** The item of the fault list it belongs to, such as R05. */
  readonly id: string
  /** What goes wrong. */
  readonly name: string
  /** Part of the short run that CI makes. */
  readonly quick?: boolean
  /** Why this machine cannot play it. */
  readonly leftOut?: string
  /** After everything is whole again, work goes through within this time without anything else being restarted. */
  readonly recoveryMsMax: number
  /** Lets it go wrong under load. Links, databases and Redis are mended after it; a service must be running then. */
  play(stage: Stage): Promise<void>
}

/** How long a fault lasts where its time is what matters, as with a process that sleeps past its lease. */
export const lasting = (ms: number): Promise<void> => delay(ms)

/** Requests under load before something goes wrong, and after it is mended. */
const calmRequests = 24

/** A new merchant pays, the ledger has it and the events tell it: all five services work. */
const expectWork = async (url: string): Promise<void> => {
  const merchant = await newMerchant(url)
  const { status, body } = await pay(merchant.test)
  if (status !== 200) throw new Error(`paying answered ${status}`)
  const reference = encodeURIComponent(`micro:charge:${String(body['latest_charge'])}`)
  await eventually(
    async () => {
      const booked = await merchant.test('GET', `/ledger/transactions?reference_id=${reference}`)
      const events = await merchant.test('GET', '/v1/events')
      return booked.body.data?.length === 1 && events.body.data?.length === 3
    },
    { timeoutMs: 60_000, everyMs: 50 },
  )
}

/**
 * Breaks promises behind the services' backs, in ways that no fault of the list could, to see that the look from
 * outside would tell. Spoils the world for whatever comes after it.
 */
export const tamper = async (world: World, seed: number): Promise<string[]> => {
  const load = await startLoad({ url: world.url, seed })
  await load.successes(calmRequests)
  await load.stop()
  await eventually(async () => (await violations(world, load, { withinMs: 1_000 })).length === 0, { timeoutMs: 60_000 })
  const one = load.tenants[0]?.journeys.find(
    ({ created, confirmed }) => created !== undefined && confirmed !== undefined,
  )
  await asSuperuser(
    world.databaseUrl('payments'),
    `insert into payments.payment_intents
     select (jsonb_populate_record(null::payments.payment_intents, to_jsonb(one) || jsonb_build_object('id', id || 'x'))).*
     from payments.payment_intents one where id = '${one?.created?.body?.id}'`,
  )
  await asSuperuser(
    world.databaseUrl('ledger'),
    `alter table ledger.accounts disable trigger all;
     update ledger.accounts set posted_credits = posted_credits + 1
     where public_id = 'acc_sales' and merchant = (select merchant from ledger.books order by id desc limit 1)`,
  )
  await asSuperuser(
    world.databaseUrl('events'),
    'delete from events.events where id = (select id from events.events order by stored_at desc, seq desc limit 1)',
  )
  const intent = String(one?.created?.body?.id)
  await asSuperuser(
    world.databaseUrl('events'),
    `update events.events set seq = seq + 1000000
     where type = 'payment_intent.created' and object ->> 'id' = '${intent}';
     -- Stored by nobody who would have had it delivered.
     set session_replication_role = replica;
     insert into events.events
     select (jsonb_populate_record(null::events.events,
       to_jsonb(one) || jsonb_build_object('id', id || 'x', 'seq', seq + 1000000))).*
     from events.events one where type <> 'payment_intent.created' and object ->> 'id' = '${intent}'`,
  )
  const problems = await violations(world, load, { withinMs: 1_000 })
  await load.close()
  return problems
}

/**
 * Plays one scenario under load, mends what it broke, and looks from outside whether everything still holds. Throws
 * what does not, and with it the seed.
 */
export const perform = async (world: World, scenario: Scenario, seed: number): Promise<{ recoveryMs: number }> => {
  const load = await startLoad({ url: world.url, seed })
  try {
    await load.successes(calmRequests)
    await scenario.play({ world, load, random: seededRandom(seed) })
    for (const { name, isRunning } of Object.values(world.services))
      if (!isRunning) throw new Error(`${name} did not survive it`)
    await world.heal()
    const healedMs = monotonicMs()
    await eventually(() => expectWork(world.url), { timeoutMs: scenario.recoveryMsMax, everyMs: 100 })
    const recoveryMs = Math.round(monotonicMs() - healedMs)
    await load.successes(calmRequests)
    await load.stop()
    const problems = await violations(world, load)
    if (problems.length > 0)
      throw new Error(`${problems.length} problems:\n${problems.slice(0, 20).join('\n')}${world.trouble()}`)
    return { recoveryMs }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    // Not as its cause, which would be printed all over again.
    throw new Error(`SEED=${seed} repeats this: ${reason}`)
  } finally {
    await load.stop()
    await load.close()
  }
}
