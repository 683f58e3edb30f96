import type { PaymentIntent } from '@micro/contracts'
import { fakeClock, eventually, scratchDatabase, seededIds, testDatabase } from '@micro/testing'
import { appendOutbox, outboxHandlers } from '@micro/service'
import { expect, test } from 'vitest'
import { defaultEventsConfig } from '../config.ts'
import { eventsService } from '../service.ts'
import { testRuntime } from '../events.fixture.ts'
import type { Source } from './ingest.events.ts'

const createOutbox = `
  create table scratch.outbox (
    id bigint generated always as identity primary key, event_id text collate "C" not null unique,
    merchant text collate "C" not null, mode text not null, type text not null, created_at timestamptz not null,
    request_id text, idempotency_key text, object json not null,
    previous_attributes json, acked_at timestamptz);
  grant usage on schema scratch to scratch_app;
  grant select, insert, update on scratch.outbox to scratch_app`

test('an event committed late, with the lower outbox id, follows the one that was stored before it', async () => {
  await using producer = await scratchDatabase()
  await using events = await testDatabase('events')
  for (const statement of createOutbox.split(';'))
    await producer.owner.sql([statement] as unknown as TemplateStringsArray)
  const clock = fakeClock()
  const newId = seededIds(7)
  const { pullOutbox, acknowledgeOutbox } = outboxHandlers({ db: producer.db, clock })
  const source: Source = {
    pullOutbox: ({ query }) => pullOutbox({ query: query ?? {} }),
    acknowledgeOutbox: ({ body }) => acknowledgeOutbox({ body }),
  }
  const service = eventsService({
    ...testRuntime(newId),
    db: events.db,
    config: { ...defaultEventsConfig, pollMs: 10 },
    sources: { payments: source },
  })
  await service.start()

  const append = appendOutbox({ clock, newId })
  const origin = { merchant: 'acct_a', mode: 'test', requestId: 'req_1', idempotencyKey: null } as const
  const emitted = (id: string) => [{ type: 'payment_intent.created' as const, object: { id } as PaymentIntent }]
  const ids = async () => {
    const { events: sequenced } = (await service.execute(
      'readEventStream',
      { kind: 'service', service: 'gateway' },
      {
        query: { merchant: 'acct_a', mode: 'test', after: 0 },
      },
    )) as { events: { seq: number; event: { data: { object: { id: string } } } }[] }
    return sequenced.map(({ seq, event }) => [seq, event.data.object.id])
  }

  const release = Promise.withResolvers<void>()
  const appended = Promise.withResolvers<void>()
  const late = producer.db.transaction(async (sql) => {
    await append(sql, origin, emitted('pi_late'))
    appended.resolve()
    await release.promise
  })
  await appended.promise
  await producer.db.transaction((sql) => append(sql, origin, emitted('pi_early')))
  await eventually(async () => expect(await ids()).toEqual([[1, 'pi_early']]))
  release.resolve()
  await late
  await eventually(async () =>
    expect(await ids()).toEqual([
      [1, 'pi_early'],
      [2, 'pi_late'],
    ]),
  )
  // What rolls back never becomes an event, and leaves no gap.
  await producer.db
    .transaction(async (sql) => {
      await append(sql, origin, emitted('pi_never'))
      throw new Error('changed my mind')
    })
    .catch(() => {})
  await producer.db.transaction((sql) => append(sql, origin, emitted('pi_last')))
  await eventually(async () =>
    expect(await ids()).toEqual([
      [1, 'pi_early'],
      [2, 'pi_late'],
      [3, 'pi_last'],
    ]),
  )
  await service.stop()
})
