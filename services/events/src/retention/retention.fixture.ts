import type { Tenant } from '@micro/contracts'
import { createIds, systemClock } from '@micro/kernel'
import { eventually, fakeClock } from '@micro/testing'
import { webhookWorld, type WebhookWorld } from '../webhooks.fixture.ts'

const dayMs = 24 * 60 * 60 * 1_000

export interface RetentionWorld extends WebhookWorld {
  /** Has the partitions of this many past weeks, as a service that ran all the while would. */
  readonly weeks: (count: number) => Promise<void>
  /** Stores events as `daysAgo` would have; `idDaysAgo` where their ids are of another time. Their ids. */
  readonly age: (daysAgo: number, count: number, more?: { tenant?: Tenant; idDaysAgo?: number }) => Promise<string[]>
  /** Rounds until there is nothing more to do. */
  readonly retain: () => Promise<void>
  readonly partitions: () => Promise<string[]>
  /** Of a merchant and mode: the seqs that are there, and what its head says of them. */
  readonly order: (tenant?: Tenant) => Promise<{ seqs: number[]; first: number; last: number }>
}

/** How many days ago a Thursday began, so many weeks back: whatever day it is today, a day or two around it are its week's. */
export const midweek = (weeksAgo: number): number => {
  const days = systemClock.now().getTime() / dayMs
  // The epoch was a Thursday.
  return (days % 7) + 7 * weeksAgo
}

const anyone: Tenant = { merchant: 'acct_a', mode: 'test' }

/** The events service whose past can be made up. The database's clock alone decides what is old. */
export const retentionWorld = async (): Promise<RetentionWorld> => {
  const world = await webhookWorld()
  const { owner, db } = world.database
  const clock = fakeClock(systemClock.now())
  const newId = createIds({ clock })
  const idsOf = (daysAgo: number, count: number): string[] => {
    const back = daysAgo * dayMs
    clock.advance(-back)
    const ids = Array.from({ length: count }, () => newId('event'))
    clock.advance(back)
    return ids
  }
  return {
    ...world,
    weeks: (count) =>
      owner
        .transaction(async (sql) => {
          await sql`
          create function pg_temp.make_past(weeks int) returns void language plpgsql as $$
          declare
            until timestamptz := date_trunc('week', now(), 'UTC');
          begin
            for ago in 1..weeks loop
              execute format('create table events.%1$I (like events.events_rest including all);
                alter table events.events attach partition events.%1$I for values from (%2$L) to (%3$L)',
                'events_until_' || to_char(until at time zone 'UTC', 'YYYYMMDD'),
                events.id_floor(until - interval '7 days'), events.id_floor(until));
              until := until - interval '7 days';
            end loop;
          end $$`
          await sql`select pg_temp.make_past(${count}::int), events.make_partitions(4)`
        })
        .then(() => {}),
    async age(daysAgo, count, { tenant = anyone, idDaysAgo = daysAgo } = {}) {
      const ids = idsOf(idDaysAgo, count)
      await world.store(
        ids.map((id) => ({ id })),
        tenant,
      )
      await owner.sql`
        update events.events set stored_at = now() - make_interval(secs => ${daysAgo * 86_400}::float8)
        where id = any(${ids}::text[])`
      return ids
    },
    async retain() {
      // A round gives up what somebody else has locked, PostgreSQL's own housekeeping too.
      await eventually(async () => {
        while (await world.parts.retention.round());
      })
    },
    async partitions() {
      const rows = await owner.sql<{ name: string }>`
        select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'events.events'::regclass order by relname collate "C"`
      return rows.map(({ name }) => name)
    },
    async order({ merchant, mode } = anyone) {
      const rows = await db.sql<{ seq: bigint }>`
        select seq from events.events where merchant = ${merchant} and mode = ${mode} order by seq`
      const [head] = await db.sql<{ first_seq: bigint; last_seq: bigint }>`
        select first_seq, last_seq from events.heads where merchant = ${merchant} and mode = ${mode}`
      return {
        seqs: rows.map(({ seq }) => Number(seq)),
        first: Number(head?.first_seq ?? 0),
        last: Number(head?.last_seq ?? 0),
      }
    },
  }
}
