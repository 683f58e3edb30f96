import { createHash } from 'node:crypto'
import type { ExportEnd } from '@micro/contracts'
import { Failure } from '../../shell/failure.ts'
import { printable } from '../../shell/terminal.ts'

const newline = 10
const lineBytesMax = 16 * 1024 * 1024

interface LastLine {
  readonly object?: unknown
  readonly sha256?: unknown
  readonly error?: { readonly message?: unknown }
}

const broken = (why: string): Failure =>
  new Failure(`The export is not whole: ${why}. Nothing of it was kept; ask for it again.`)

const parse = (text: string): LastLine => {
  try {
    return (JSON.parse(text) ?? {}) as LastLine
  } catch (cause) {
    throw new Failure(
      'The export is not whole: its last line is not valid. Nothing of it was kept; ask for it again.',
      { cause },
    )
  }
}

/**
 * Watches the bytes of an export go by, and in the end says whether they are all there and as they were sent: its last
 * line has the digest of everything before it.
 */
export const createWholeCheck = () => {
  const hash = createHash('sha256')
  // The last whole line so far, whose turn to be hashed comes with the next, and the beginning of that.
  let held: Buffer = Buffer.alloc(0)

  return {
    /** @throws Failure for a line without end */
    take(bytes: Uint8Array): void {
      const all = Buffer.concat([held, bytes])
      const lastEnd = all.lastIndexOf(newline)
      const start = lastEnd <= 0 ? 0 : all.lastIndexOf(newline, lastEnd - 1) + 1
      hash.update(all.subarray(0, start))
      held = all.subarray(start)
      if (held.length > lineBytesMax) throw broken('a line has no end')
    },
    /** The line that ends it. @throws Failure when it is not whole, or the server said why it cannot be */
    end(): ExportEnd {
      const at = held.indexOf(newline)
      if (at < 0 || at !== held.length - 1) throw broken('it ends in the middle of a line')
      const last = parse(held.toString('utf8'))
      if (typeof last.error?.message === 'string') throw broken(printable(last.error.message).replace(/\.$/, ''))
      if (last.object !== 'ledger.export.end') throw broken('the line that ends it is missing')
      if (last.sha256 !== hash.digest('hex')) throw broken('it is not what was sent')
      return last as unknown as ExportEnd
    },
  }
}
