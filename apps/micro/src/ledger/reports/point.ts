import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { given, readCount } from '../options.ts'
import { readTo, stamp } from '../times.ts'

export interface PointFlags {
  readonly at?: number
  readonly seq?: number
  readonly effective?: number
}

/** The flags that say at which point of the book to look. */
export const withPointFlags = (command: MicroCommand): MicroCommand =>
  command
    .option('--at <time>', 'as recorded up to then; of a date to its end in UTC', readTo)
    .option('--seq <n>', 'as recorded up to this transaction', readCount)
    .option('--effective <time>', 'what took effect up to then; of a date to its end in UTC', readTo)

/** @throws Failure (2) for two points of which only one can be meant */
export const pointOf = ({ at, seq, effective }: PointFlags) => {
  if (at !== undefined && seq !== undefined) throw usageFailure('Give --at or --seq, not both.')
  return given({ at, seq, effective_at: effective })
}

/** The point that was looked at, in words. */
export const pointText = ({ seq, effective_at }: { seq: number; effective_at: number | null }): string =>
  `${seq === 0 ? 'before the first transaction' : `seq ${seq}`}${effective_at === null ? '' : `, effective up to ${stamp(effective_at)} UTC`}`
