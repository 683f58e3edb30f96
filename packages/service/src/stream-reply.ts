import type { StreamFormat } from '@micro/contracts'

/** Lines that are at hand together, so that they leave together. */
type Some<Line> = Line | readonly Line[]

/**
 * An answer of line after line, of which no more is made than the caller takes. NDJSON is made of objects; CSV of lines
 * of text without their ends. The first line must come soon: what is thrown before it is an ordinary answer, and
 * nobody waits long for an answer to begin. A stream that goes on leaves no longer silence than `silenceMsMax`.
 */
export class StreamReply<Line extends object = object> {
  readonly format: StreamFormat
  readonly lines: AsyncIterable<Some<Line> | Some<string>>

  constructor(format: StreamFormat, lines: AsyncIterable<Some<Line> | Some<string>>) {
    this.format = format
    this.lines = lines
  }
}

/** Proxies on the way take a connection without a word for a dead one; Micro's own after 30 s. */
export const silenceMsMax = 10_000

export const ndjson = <Line extends object>(lines: AsyncIterable<Some<Line>>): StreamReply<Line> =>
  new StreamReply<Line>('ndjson', lines)

export const csv = (lines: AsyncIterable<Some<string>>): StreamReply<never> => new StreamReply<never>('csv', lines)
