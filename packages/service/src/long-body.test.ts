import { Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { decodeBody } from './body.ts'
import { decodeLongBody, lineOf } from './long-body.ts'

describe('a body with a long list', () => {
  const form = 'application/x-www-form-urlencoded'
  const decode = (text: string, type?: string) => decodeBody(Buffer.from(text), type)
  const list = { name: 'list', itemsMax: 3, item: {} }
  const read = async (text: string, type: string | undefined = 'application/json') =>
    (await decodeLongBody(Buffer.from(text), type, list)).value
  const refused = (text: string, type?: string) => expect(read(text, type)).rejects

  test('is read as any other, its numbers judged by their text', async () => {
    const text = '{"a":1.50,"list":[{"b":12345678901234567890},{"c":1e3}],"d":[2]}'
    expect(await read(text)).toEqual(decode(text, 'application/json').value)
    for (const type of [undefined, form]) expect(await read(text, type)).toEqual(await read(text))
    for (const none of ['{}', '{"list":7}', ''])
      expect(await read(none)).toEqual(decode(none, 'application/json').value)
  })
  test('may hold more values in all than another, but not in one item', async () => {
    const values = (count: number) => `[${Array.from({ length: count }, () => '1').join()}]`
    expect(await read(`{"list":[${values(15_000)},${values(15_000)}]}`)).toHaveProperty('list.length', 2)
    await refused(`{"list":[${values(20_001)}]}`).toMatchObject({ code: 'body_invalid' })
  })
  test('is no larger than another but for the list, nor is one of its items', async () => {
    const large = 'x'.repeat(1024 * 1024)
    await refused(`{"a":"${large}","list":[]}`).toMatchObject({ code: 'body_too_large' })
    await refused(`{"list":[],"a":"${large}"}`).toMatchObject({ code: 'body_too_large' })
    await refused(`{"a":"${large}"}`).toMatchObject({ code: 'body_too_large' })
    await refused(`a=${large}`, form).toMatchObject({ code: 'body_too_large' })
    await refused(`{"list":["${large}"]}`).toMatchObject({ code: 'parameter_invalid', detail: { param: 'list' } })
    await refused(`"${large}"`, 'application/x-ndjson').toMatchObject({ code: 'parameter_invalid' })
    const half = 'x'.repeat(512 * 1024)
    expect(await read(`{"a":"${half}","list":["${half}","${half}","${half}"]}`)).toHaveProperty('list.length', 3)
  })
  test('of more items than it may have is not read to its end', () =>
    refused('{"list":[1,2,3,4,}').toMatchObject({ code: 'parameter_invalid', detail: { param: 'list' } }))
  test('cannot have its list twice', () => refused('{"list":[1],"list":[2]}').toMatchObject({ code: 'body_invalid' }))
  test('reaches for no prototype, in an item or beside it', async () => {
    for (const text of [
      '{"list":[{"__proto__":{"x":1}}]}',
      '{"list":[],"__proto__":{"x":1}}',
      '{"list":[],"__proto__":[1]}',
    ])
      await refused(text).toMatchObject({ code: 'body_invalid' })
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
  test('comes as lines, too, and whoever sent lines is told of them', async () => {
    for (const type of ['application/x-ndjson', 'Application/NDJSON; charset=utf-8']) {
      const { list: items } = (await read('{"a":1}\r\n\n {"a":2.0}', type)) as { list: unknown[] }
      expect(items.map((item) => [item, lineOf(item)])).toEqual([
        [{ a: 1 }, 1],
        [{ a: '2.0' }, 3],
      ])
    }
    for (const [text, line] of [
      ['{}\n{', 2],
      ['\n\n7', 3],
      ['{"__proto__":{}}', 1],
    ] as const)
      await refused(text, 'application/x-ndjson').toMatchObject({
        message: expect.stringContaining(`line ${line}:`) as string,
      })
    await refused('{}\n{}\n{}\n{}', 'application/x-ndjson').toMatchObject({ code: 'parameter_invalid' })
  })
  test('of another type or that is no UTF-8 is refused', async () => {
    await refused('a,b', 'text/csv').toMatchObject({ message: expect.stringContaining('x-ndjson') as string })
    await expect(decodeLongBody(Buffer.from([0xff]), 'application/x-ndjson', list)).rejects.toThrow(Fault)
  })
})
