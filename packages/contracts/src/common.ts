import Type, { type Static, type TSchema } from 'typebox'

export const Mode = Type.Union([Type.Literal('test'), Type.Literal('live')])
export type Mode = Static<typeof Mode>

/** Seconds since 1970-01-01 UTC. */
export const Timestamp = Type.Integer({ description: 'Seconds since the Unix epoch.' })

/** An object of exactly these members; any other is answered with `parameter_unknown`. */
export const Exact = <P extends Record<string, TSchema>>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false })

export const Nullable = <T extends TSchema>(schema: T, options: { description?: string } = {}) =>
  Type.Union([schema, Type.Null()], options)

/** Free text of people: bounded, and without what PostgreSQL refuses to keep: NUL, and halves of surrogate pairs. */
export const Text = (maxLength: number, minLength = 0, options: { description?: string } = {}) =>
  Type.String({ ...options, minLength, maxLength, pattern: '^[^\\u0000\\ud800-\\udfff]*$' })

/** An id as a caller may send it: anything PostgreSQL can be asked for. What names nothing is answered as missing. */
export const AnyId = Text(255, 1)

export const IdParam = Exact({ id: AnyId })

/** Up to 50 keys of up to 40 characters, values up to 500 (Stripe's rules). */
export const Metadata = Type.Record(Type.String({ pattern: '^[^\\[\\]\\u0000\\ud800-\\udfff]{1,40}$' }), Text(500), {
  maxProperties: 50,
  additionalProperties: false,
})

/** Cursor paging as Stripe has it: newest first, cursors exclusive and never both. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
  starting_after: Type.Optional(AnyId),
  ending_before: Type.Optional(AnyId),
}

/** By when it was made, in seconds: one second, or bounds of which any may be missing. */
export const TimeFilter = Type.Union([
  Type.Integer(),
  Exact({
    gt: Type.Optional(Type.Integer()),
    gte: Type.Optional(Type.Integer()),
    lt: Type.Optional(Type.Integer()),
    lte: Type.Optional(Type.Integer()),
  }),
])

/** Marks a list that `packages/service` leaves to the handler to check, item by item. */
export const longListMark = 'x-items-checked-one-by-one'

/**
 * A list so long that everyone else would have to wait while it is read, checked and written at once. Of a body it is
 * the only such list; each of its items is judged by itself, so that one that is wrong need not fail the others.
 */
export const LongList = <T extends TSchema>(item: T, options: { minItems?: number; maxItems?: number } = {}) =>
  Type.Array(item, { ...options, [longListMark]: true })

export const List = <T extends TSchema>(item: T) =>
  Type.Object({
    object: Type.Literal('list'),
    url: Type.String(),
    has_more: Type.Boolean(),
    data: Type.Array(item),
  })
