import type { Database } from '@micro/postgres'
import type { Metrics } from '@micro/service'
import { measureStuck } from './setback.store.ts'
import { workNames } from './setback.ts'

/** So many failures in a row are no hiccup. */
const stuckAfter = 5

/** Tells what background work does not get done, of all merchants. Every replica tells the same. */
export const watchSetbacks = ({ db, metrics }: { db: Database; metrics: Metrics }): void =>
  metrics.gauge(
    {
      name: 'micro_background_items_stuck',
      help: `Items whose background work failed ${stuckAfter} times in a row or more, by its kind; counted up to 10,000.`,
      labels: ['work'],
    },
    async () => {
      const counts = new Map((await measureStuck(db.sql, stuckAfter)).map(({ work, count }) => [work, Number(count)]))
      return workNames.map((work) => ({ labels: { work }, value: counts.get(work) ?? 0 }))
    },
  )
