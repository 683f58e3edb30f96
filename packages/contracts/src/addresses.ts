import Type, { type Static } from 'typebox'
import { Exact, Nullable, Text, Unsettable } from './common.ts'

export const Address = Type.Object({
  city: Nullable(Type.String()),
  country: Nullable(Type.String()),
  line1: Nullable(Type.String()),
  line2: Nullable(Type.String()),
  postal_code: Nullable(Type.String()),
  state: Nullable(Type.String()),
})
export type Address = Static<typeof Address>

/** An address as it is sent: what is left out, or empty, it does not have. */
export const AddressParam = Exact({
  city: Type.Optional(Unsettable(Text(500))),
  country: Type.Optional(Unsettable(Text(2))),
  line1: Type.Optional(Unsettable(Text(500))),
  line2: Type.Optional(Unsettable(Text(500))),
  postal_code: Type.Optional(Unsettable(Text(50))),
  state: Type.Optional(Unsettable(Text(500))),
})
export type AddressParam = Static<typeof AddressParam>
