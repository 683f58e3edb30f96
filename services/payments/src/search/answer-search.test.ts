import { testDatabase } from '@micro/testing'
import { expect, test } from 'vitest'
import { answerSearch } from './answer-search.ts'

test('a search that looks for too long is ended, and its caller told what to do', async () => {
  await using database = await testDatabase('payments')
  const { db } = database
  const source = {
    url: '/v1/things/search',
    fields: { name: 'string' as const },
    find: () => Promise.resolve(undefined),
    search: (sql: typeof db.sql) => sql<{ id: string }>`select 'th_1' as id from pg_sleep(20)`,
    toWire: (row: { id: string }) => row,
  }
  const answer = answerSearch(db, { merchant: 'acct_a', mode: 'test' }, { query: 'name:"a"' }, source, 50)
  await expect(answer).rejects.toMatchObject({ code: 'search_too_slow', detail: { param: 'query' } })
  // The connection goes back as it was.
  expect(await db.sql`show statement_timeout`).not.toEqual([{ statement_timeout: '50ms' }])
})
