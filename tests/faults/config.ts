/** How the fault suite is run. */
export interface Soak {
  /** All scenarios, and not only those that are quick. */
  readonly isLong: boolean
  /** What all choices derive from; a failure prints it. */
  readonly seed: number
  readonly rounds: number
}

const whole = (text: string | undefined, fallback: number): number =>
  /^\d{1,9}$/.test(text ?? '') ? Number(text) : fallback

/** Reads MICRO_SOAK (`1` for all scenarios), SEED and ROUNDS. */
export const readSoak = (): Soak => ({
  isLong: process.env['MICRO_SOAK'] === '1',
  seed: whole(process.env['SEED'], 1),
  rounds: process.env['MICRO_SOAK'] === '1' ? whole(process.env['ROUNDS'], 1) : 1,
})
