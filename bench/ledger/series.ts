import { hash } from 'node:crypto'

/**
 * References of one row's transactions. The n-th of a series can be told again, here and by the database
 * (audit.store.ts), so that none need be kept to prove later that each one acknowledged is there; and they fall at
 * random places of an index, as those of a customer do. In base 64, since a long row of decimal digits could be taken
 * for a card number.
 */
export interface Series {
  readonly name: string
  /** How many were given out. */
  issued(): number
  next(): string
}

export const createSeries = (name: string): Series => {
  let issued = 0
  return {
    name,
    issued: () => issued,
    next: () => hash('sha256', `${name}/${issued++}`, 'base64url').slice(0, 32),
  }
}
