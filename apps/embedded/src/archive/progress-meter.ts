import { monotonicMs } from '@micro/kernel'
import { sizeText } from './size.ts'

export interface Meter {
  /** So much more is done. */
  add(bytes: number): void
  /** Wipes the line. */
  end(): void
}

const everyMs = 100

/** How far something long has come, on one line of a terminal; nothing at all elsewhere. `total` in bytes, when known. */
export const createMeter = (output: NodeJS.WriteStream, label: string, total?: number): Meter => {
  let done = 0
  let shownAtMs = -Infinity
  return {
    add(bytes) {
      done += bytes
      if (!output.isTTY || monotonicMs() - shownAtMs < everyMs) return
      shownAtMs = monotonicMs()
      // What is written meanwhile may take it past what was there at first.
      const percent = total === undefined ? '' : ` (${Math.min(99, Math.floor((done / Math.max(1, total)) * 100))} %)`
      output.write(`\r  ${label}: ${sizeText(done)}${percent}\u001b[K`)
    },
    end() {
      if (output.isTTY) output.write('\r\u001b[K')
    },
  }
}
