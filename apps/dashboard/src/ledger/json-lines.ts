import { pieces } from '../api/pieces.ts'

/** What a stream tells line by line, as it arrives. What breaks off within a line is told to nobody. */
export async function* jsonLines<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  for await (const line of pieces(body, '\n')) if (line !== '') yield JSON.parse(line) as T
}
