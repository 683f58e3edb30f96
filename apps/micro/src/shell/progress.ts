import { monotonicMs } from '@micro/kernel'
import type { Output } from './terminal.ts'

const redrawMs = 100

export interface Progress {
  /** Says how far it is, on the one line that it keeps for that. */
  tell(text: string): void
  /** Takes the line away again, for what is to stay in its place. */
  clear(): void
}

/** One line on standard error that is written anew as work goes on; nothing where nobody looks at a terminal. */
export const createProgress = (output: Output, nowMs: () => number = monotonicMs): Progress => {
  let shown = 0
  let drawnMs = Number.NEGATIVE_INFINITY
  const draw = (text: string): void => {
    // A carriage return and spaces: every terminal knows these.
    output.write(`\r${text.padEnd(shown)}`)
    shown = text.length
  }
  return {
    tell(text) {
      if (output.isTTY !== true || nowMs() - drawnMs < redrawMs) return
      drawnMs = nowMs()
      draw(text)
    },
    clear() {
      if (shown === 0) return
      draw('')
      output.write('\r')
      shown = 0
    },
  }
}
