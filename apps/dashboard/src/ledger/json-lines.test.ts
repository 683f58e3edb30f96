import { expect, test } from 'vitest'
import { jsonLines } from './json-lines.ts'

const told = async (...pieces: string[]): Promise<unknown[]> => {
  const bytes = pieces.map((piece) => new Uint8Array(Buffer.from(piece, 'latin1')))
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of bytes) controller.enqueue(piece)
      controller.close()
    },
  })
  const lines: unknown[] = []
  for await (const line of jsonLines(body)) lines.push(line)
  return lines
}

test('lines are told one by one, however they are cut on the way', async () => {
  expect(await told('{"a":1}\n{"a"', ':2}\n\n{"a":3}\n')).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
  expect(await told('{"a":"\xc3', '\xa9"}\n')).toEqual([{ a: 'é' }])
})

test('a line that was cut off is not told', async () => expect(await told('{"a":1}\n{"a":')).toEqual([{ a: 1 }]))
