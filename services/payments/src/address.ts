import type { Address, AddressParam } from '@micro/contracts'

/** What a parameter leaves of a text: as it was when left out, none when empty. */
export const changedText = (current: string | null, given: string | null | undefined): string | null =>
  given === undefined ? current : given === '' ? null : given

/** What a parameter leaves of an address, which is always given as a whole. */
export const changedAddress = (current: Address | null, given: AddressParam | '' | null | undefined): Address | null =>
  given === undefined ? current : given === null || given === '' ? null : addressOf(given)

/** The whole address, its members in the contract's order. */
export const addressOf = (given: AddressParam): Address => ({
  city: changedText(null, given.city),
  country: changedText(null, given.country),
  line1: changedText(null, given.line1),
  line2: changedText(null, given.line2),
  postal_code: changedText(null, given.postal_code),
  state: changedText(null, given.state),
})

/** An address as it is kept, for showing: a column of jsonb does not keep the order of its members. */
export const addressToWire = (kept: Address | null): Address | null =>
  kept === null
    ? null
    : {
        city: kept.city,
        country: kept.country,
        line1: kept.line1,
        line2: kept.line2,
        postal_code: kept.postal_code,
        state: kept.state,
      }
