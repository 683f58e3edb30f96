import { monotonicMs } from '@micro/kernel'

/** One line per step: what is being done, then how long it took. Rewrites the line on a terminal, else prints it once. */
export interface Progress {
  step<T>(label: string, work: () => Promise<T>): Promise<T>
  /** Seconds since the first step. */
  seconds(): number
}

export const createProgress = (output: NodeJS.WriteStream): Progress => {
  const started = monotonicMs()
  return {
    async step(label, work) {
      const from = monotonicMs()
      if (output.isTTY) output.write(`  ${label} …`)
      const result = await work()
      const took = `${((monotonicMs() - from) / 1000).toFixed(1)} s`
      output.write(output.isTTY ? `\r  ${label}: ${took}\u001b[K\n` : `  ${label}: ${took}\n`)
      return result
    },
    seconds: () => (monotonicMs() - started) / 1000,
  }
}
