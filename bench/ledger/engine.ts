// The ledger's own road for every write, called within this process.
import { createIds, systemClock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { unwatched } from '@micro/testing'
import { createPosting } from '../../services/ledger/src/posting/index.ts'
import { amount, inProcess, type Row } from './row.ts'
import type { Places } from './scenarios.ts'

export const accountName = (account: number | string): string => `account:${account}`

export const engineRows = (options: { db: Database; merchants: readonly string[]; places: Places }) => {
  const { db, merchants, places } = options
  const { post } = createPosting({ db, clock: systemClock, newId: createIds({ clock: systemClock }), ...unwatched() })
  return {
    engine: (callers: number): Row =>
      inProcess({
        way: 'engine',
        callers,
        places,
        call({ draw, series }) {
          const { book, source, target } = draw()
          return post({
            book: { merchant: merchants[book] ?? '', mode: 'test' },
            reference: series.next(),
            description: null,
            metadata: {},
            entries: [
              { account: accountName(source), amount: -amount },
              { account: accountName(target), amount },
            ],
          })
        },
      }),
  }
}
