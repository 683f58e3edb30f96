import { createHash } from 'node:crypto'
import type { BookKey } from './book.ts'

/**
 * The book's lane, 0 to 255: the bucket every key starts with. Fixed for good, since rows are filed by it; the
 * database holds the same formula as a constraint.
 */
export const laneOf = ({ merchant, mode }: BookKey): number =>
  createHash('sha256').update(`${merchant}/${mode}`).digest().readUInt8(0)
