import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { itemsOf, lineBytesMax } from './lines.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

const read = async (text: string | Uint8Array, size = 1 << 20) => {
  const items: [number, unknown][] = []
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  for await (const { line, value } of itemsOf(inPieces(bytes, size))) items.push([line, value])
  return items
}

test('lines come out the same wherever the pieces are cut, counted as an editor counts them', async () => {
  const text = '\ufeff{"a":"ä€😀"}\r\n\n  \n{"b":2}\n{"c":3}'
  const want = [
    [1, { a: 'ä€😀' }],
    [4, { b: 2 }],
    [5, { c: 3 }],
  ]
  for (let size = 1; size <= Buffer.byteLength(text); size++) expect(await read(text, size)).toEqual(want)
})

test('a group is known only where it is a name', async () => {
  const groups: unknown[] = []
  const text = '{"group":"g"}\n{"group":5}\n[]\nnull\n7'
  for await (const { group } of itemsOf(inPieces(Buffer.from(text), 8))) groups.push(group)
  expect(groups).toEqual(['g', undefined, undefined, undefined, undefined])
})

describe('what cannot be read is named by its line', () => {
  for (const [name, bytes, message] of [
    ['no JSON', '{}\n{nope\n', 'Line 2: it is not valid JSON. Mend it'],
    ['another kind of file', 'seq,transaction_id\n', 'Line 1: it is not valid JSON. An import takes NDJSON'],
    ['a compressed file', gzipSync('{}\n'), 'Line 1: it is not UTF-8 text. It is compressed: gunzip -c FILE'],
    ['a number that would be rounded', '{"amount":1e2}', 'Line 1: 1e2 is not written as a whole number.'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'Line 1: it is not UTF-8 text.'],
    ['a line too long, with an end', `{}\n${' '.repeat(lineBytesMax + 1)}\n`, 'Line 2 has more than 4 MiB'],
    ['a line too long, without one', `{}\n${' '.repeat(lineBytesMax + 1)}`, 'Line 2 has more than 4 MiB'],
  ] as const)
    test(name, () => expect(read(bytes)).rejects.toThrow(message))
})
