import { Fault } from '@micro/kernel'
import { expect, test } from 'vitest'
import { cutPage, findCursor, parsePage } from './paging.ts'

test('both cursors at once are refused, naming the second', () => {
  const parse = () => parsePage({ starting_after: 'a', ending_before: 'b' })
  expect(parse).toThrow(Fault)
  expect(parse).toThrow(
    expect.objectContaining({
      code: 'parameter_invalid',
      detail: expect.objectContaining({ param: 'ending_before' }) as object,
    }),
  )
})

for (const [query, read, rows, hasMore] of [
  [{}, [9, 8, 7], [9, 8], true],
  [{}, [9, 8], [9, 8], false],
  [{ starting_after: '9' }, [8, 7, 6], [8, 7], true],
  [{ ending_before: '5' }, [6, 7, 8], [7, 6], true],
  [{ ending_before: '5' }, [6], [6], false],
] as const)
  test(`of ${read.join()} the page ${JSON.stringify(query)} shows ${rows.join()}, newest first${hasMore ? ', and that there is more' : ''}`, () => {
    const page = parsePage({ limit: 2, ...query })
    expect(page.fetch).toBe(3)
    expect(cutPage(read, page)).toEqual({ rows, hasMore })
  })

test('a cursor is looked up by its id, and one that names nothing is refused under its own parameter', async () => {
  const find = (id: string) => Promise.resolve(id === 'a' ? 7n : undefined)
  expect(await findCursor(parsePage({}), 'thing', find)).toBeUndefined()
  expect(await findCursor(parsePage({ starting_after: 'a' }), 'thing', find)).toBe(7n)
  await expect(findCursor(parsePage({ ending_before: 'b' }), 'thing', find)).rejects.toMatchObject({
    code: 'parameter_resource_missing',
    detail: { param: 'ending_before', resource: 'thing', id: 'b' },
  })
})
