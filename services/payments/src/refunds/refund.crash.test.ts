import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mortal } from '../mortal.fixture.ts'
import { createBench, type Bench, type CallOptions } from '../payments.fixture.ts'
import { patientConfig, refunding, type RefundAnswer } from './refunds.fixture.ts'

let bench: Bench
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

const leaseMs = 16_000

interface Deed {
  readonly name: string
  readonly want: { status: string; net: bigint; refunded: bigint; told: string[] }
  /** The effects it must be able to die at, besides queries. */
  readonly points: string[]
  /** The request, the same each time; what it needs is made beforehand by a healthy process. */
  prepare(): Promise<{ path: string; body: object; charge: string }>
}

const deeds: Deed[] = [
  {
    name: 'refund',
    want: { status: 'succeeded', net: -1999n, refunded: 1999n, told: ['refund.created'] },
    points: ['sql', 'commit', 'processor.refunds.send', 'ledger.post'],
    prepare: async () => {
      const { charge } = await on.pay()
      return { path: '/v1/refunds', body: { charge }, charge }
    },
  },
  {
    name: 'refund that is refused',
    want: { status: 'failed', net: 0n, refunded: 0n, told: ['refund.created', 'refund.failed'] },
    points: ['sql', 'commit', 'processor.refunds.send'],
    prepare: async () => {
      // The simulator knows of the dispute, payments do not yet.
      const { charge } = await on.pay('pm_card_createDispute')
      return { path: '/v1/refunds', body: { charge }, charge }
    },
  },
  {
    name: 'cancel',
    want: {
      status: 'canceled',
      net: 0n,
      refunded: 0n,
      told: ['refund.created', 'refund.updated', 'charge.refund.updated'],
    },
    points: ['sql', 'commit', 'processor.refunds.cancel', 'ledger.post'],
    prepare: async () => {
      const { charge } = await on.pay('pm_card_pendingRefund')
      const { id } = (await on.refund({ charge })).body
      return { path: `/v1/refunds/${id}/cancel`, body: {}, charge }
    },
  },
]

const mortalProcess = () => {
  const life = mortal()
  const { call } = bench.another({
    db: life.db(bench.database.db),
    ledger: life.ledger(bench.ledger.client),
    processors: { test: life.processor(bench.processor), live: undefined },
  })
  return { life, call }
}

const recover = async (
  survivor: ReturnType<Bench['another']>,
  order: string,
  request: () => Promise<RefundAnswer>,
): Promise<RefundAnswer> => {
  // The key's lease has run out. A cancel's refund would end by itself meanwhile, so its clock is left behind.
  bench.clock.advance(leaseMs)
  if (order === 'completer first') await survivor.parts.afterwards.refunds.round()
  const answer = await request()
  await survivor.parts.afterwards.refunds.round()
  bench.clock.advance(leaseMs)
  await survivor.parts.movements.round()
  return answer
}

describe.each(deeds)('a process that dies during a $name', (deed) => {
  for (const when of ['before', 'after'] as const) {
    for (const order of ['completer first', 'retry first']) {
      test(`${when} any of its effects: with the ${order}, the same key converges to one refund`, async () => {
        const { life, call } = mortalProcess()
        const survivor = bench.another()
        const killedAt = new Set<string>()
        for (let killAt = 1; ; killAt++) {
          const { path, body, charge } = await deed.prepare()
          const options: CallOptions = { body, key: `${deed.name} ${when} ${order} ${killAt}` }
          // What is canceled stays cancelable while the lease of its key runs out.
          await bench.database.owner.sql`
            update payments.simulator_refunds set later_at = later_at + interval '10 minutes' where charge = ${charge}`
          life.arm(killAt, when)
          const first = (await call(path, options)) as unknown as RefundAnswer
          if (life.died()) killedAt.add(life.killedAt())
          const answer = await recover(survivor, order, () => refunding({ ...bench, ...survivor }).call(path, options))

          const where = `killed ${when} step ${killAt}, ${life.killedAt()}`
          expect([answer.status, answer.body.status], `${where}: ${answer.text}`).toEqual([200, deed.want.status])
          const { id } = answer.body
          const refunds = await bench.database.db.sql`select id from payments.refunds where charge = ${charge}`
          expect(refunds, where).toEqual([{ id }])
          const book = await bench.database.db.sql`select id from payments.simulator_refunds where charge = ${charge}`
          expect(book, where).toEqual([{ id }])
          expect(await on.told(id), where).toEqual(deed.want.told)
          expect(await on.netOf(id), where).toBe(deed.want.net)
          expect((await on.chargeOf(charge))['amount_refunded'], where).toBe(deed.want.refunded)
          const unposted = await bench.database.db.sql`
            select kind from payments.movements where source = ${id} and posting <> 'done'`
          expect(unposted, where).toEqual([])
          // Whatever was acknowledged before the death is what the retry tells.
          if (first.status < 500) expect(first.text, where).toBe(answer.text)
          const replay = await survivor.call(path, options)
          expect([replay.status, replay.text], where).toEqual([answer.status, answer.text])
          if (!life.died()) {
            expect([...killedAt], 'named crash points').toEqual(expect.arrayContaining(deed.points))
            return
          }
          expect(killAt, 'the deed takes more effects than expected').toBeLessThan(60)
        }
      }, 300_000)
    }
  }
})

test('without a key, what a dead process began is finished by the completer, once', { timeout: 180_000 }, async () => {
  const { life, call } = mortalProcess()
  for (const killAt of [6, 8, 9, 10, 12, 14]) {
    const { charge } = await on.pay()
    life.arm(killAt, 'after')
    await call('/v1/refunds', { body: { charge } })
    bench.clock.advance(leaseMs)
    await Promise.all([bench.parts.afterwards.refunds.round(), bench.another().parts.afterwards.refunds.round()])
    await bench.parts.movements.round()
    const refunds = await bench.database.db.sql<{ id: string; status: string }>`
      select id, status from payments.refunds where charge = ${charge}`
    expect([0, 1], `killed at ${killAt}`).toContain(refunds.length)
    for (const { id, status } of refunds) {
      expect([status, await on.told(id)]).toEqual(['succeeded', ['refund.created']])
      expect(bench.processor.refundsSent.filter((sent) => sent === id)).toHaveLength(1)
    }
    expect((await on.chargeOf(charge))['amount_refunded']).toBe(refunds.length === 1 ? 1999n : 0n)
  }
})
