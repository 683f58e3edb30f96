import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dieAtEach, mortalProcess } from '../mortal.fixture.ts'
import { createBench, type Bench } from '../payments.fixture.ts'
import { patientConfig, refunding } from '../refunds/refunds.fixture.ts'

let bench: Bench
let dying: ReturnType<typeof mortalProcess>
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  dying = mortalProcess(bench)
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

const leaseMs = 16_000
const { stringify: text } = JSON

const disputesOf = async (charge: string) =>
  bench.database.db.sql<{ id: string; status: string }>`
    select id, status from payments.disputes where charge = ${charge}`
const kindsOf = (charge: string) =>
  [...bench.ledger.booked.values()]
    .filter(({ metadata }) => metadata?.['charge'] === charge)
    .map(({ reference_id }) => reference_id.split(':')[1])
    .toSorted()

/** What the next process does by itself. */
const goOn = async (): Promise<void> => {
  const { parts } = bench
  for (let round = 0; round < 3; round++) {
    await parts.afterwards.messages.round()
    await parts.afterwards.reports.round()
    await parts.movements.round()
    bench.clock.advance(leaseMs)
  }
}

const opened = ['charge.dispute.created', 'charge.dispute.funds_withdrawn']
const disputed = async () => {
  const { charge } = await on.pay('pm_card_createDispute')
  await bench.parts.afterwards.reports.round()
  const [dispute] = await disputesOf(charge)
  return { charge, dispute: dispute?.id ?? '' }
}
const answer = (evidence: string, dispute: string, call = bench.call) =>
  call(`/v1/disputes/${dispute}`, { body: { evidence: { uncategorized_text: evidence } }, key: `answer ${dispute}` })
const close = (dispute: string, call = bench.call) =>
  call(`/v1/disputes/${dispute}/close`, { body: {}, key: `close ${dispute}` })

const expectOnce = async (
  charge: string,
  where: string,
  { status, events, kinds }: { status: string; events: readonly string[]; kinds: readonly string[] },
): Promise<void> => {
  const disputes = await disputesOf(charge)
  expect(disputes, where).toMatchObject([{ status }])
  expect(await on.told(disputes[0]?.id ?? ''), where).toEqual(events)
  expect(kindsOf(charge), where).toEqual(kinds)
  const [waiting] = await bench.database.db.sql<{ n: bigint }>`
    select count(*) as n from payments.simulator_reports where acknowledged_at is null and due_at <= ${bench.clock.now()}`
  expect(waiting?.n, where).toBe(0n)
}

for (const when of ['before', 'after'] as const)
  describe(`a process that dies ${when} any of its effects`, { timeout: 180_000 }, () => {
    test('while it hears of a dispute leaves one, which took the money and was told once', async () => {
      const { life, parts } = dying
      await dieAtEach(life, when, {
        effectsMin: 10,
        prepare: () => on.pay('pm_card_createDispute'),
        do: () => parts.afterwards.reports.round(),
        async check({ charge }, where) {
          await goOn()
          await expectOnce(charge, where, { status: 'needs_response', events: opened, kinds: ['charge', 'dispute'] })
        },
      })
    })

    for (const [evidence, status, events, kind] of [
      ['winning_evidence', 'won', ['charge.dispute.funds_reinstated', 'charge.dispute.closed'], 'dispute_reversal'],
      ['losing_evidence', 'lost', ['charge.dispute.closed'], 'dispute_lost'],
    ] as const) {
      const want = {
        status,
        events: [...opened, 'charge.dispute.updated', ...events],
        kinds: ['charge', 'dispute', kind],
      }
      test(`while it hears that a dispute is ${status} ends it once`, async () => {
        const { life, parts } = dying
        await dieAtEach(life, when, {
          effectsMin: 10,
          async prepare() {
            const made = await disputed()
            expect((await answer(evidence, made.dispute)).status).toBe(200)
            return made
          },
          do: () => parts.afterwards.reports.round(),
          async check({ charge }, where) {
            await goOn()
            await expectOnce(charge, where, want)
          },
        })
      })

      test(`while it takes ${text(evidence)} tells the processor, whose decision counts once`, async () => {
        const { life, call } = dying
        await dieAtEach(life, when, {
          effectsMin: 8,
          prepare: disputed,
          do: ({ dispute }) => answer(evidence, dispute, call),
          async check({ charge, dispute }, where) {
            bench.clock.advance(leaseMs)
            expect((await answer(evidence, dispute)).status, where).toBe(200)
            await goOn()
            await expectOnce(charge, where, want)
          },
        })
      })
    }

    test('while it accepts a dispute loses it once, and the processor is told', async () => {
      const { life, call } = dying
      await dieAtEach(life, when, {
        effectsMin: 8,
        prepare: disputed,
        do: ({ dispute }) => close(dispute, call),
        async check({ charge, dispute }, where) {
          bench.clock.advance(leaseMs)
          expect((await close(dispute)).body, where).toMatchObject({ status: 'lost' })
          await goOn()
          const kinds = ['charge', 'dispute', 'dispute_lost']
          await expectOnce(charge, where, { status: 'lost', events: [...opened, 'charge.dispute.closed'], kinds })
          const [book] = await bench.database.db.sql`
            select standing from payments.simulator_disputes where charge = ${charge}`
          expect(book, where).toEqual({ standing: 'lost' })
        },
      })
    })

    test('while it hears that a refund failed gives the money back once', async () => {
      const { life, parts } = dying
      await dieAtEach(life, when, {
        effectsMin: 8,
        async prepare() {
          const { charge } = await on.pay('pm_card_refundFail')
          const { body } = await on.refund({ charge })
          bench.clock.advance(leaseMs)
          return { charge, refund: body.id }
        },
        do: () => parts.afterwards.reports.round(),
        async check({ charge, refund }, where) {
          await goOn()
          expect((await on.get(`/v1/refunds/${refund}`)).body.status, where).toBe('failed')
          expect(kindsOf(charge), where).toEqual(['charge', 'refund', 'refund_failure'])
          expect(await on.netOf(refund), where).toBe(0n)
        },
      })
    })
  })
