import Type, { type Static, type TSchema } from 'typebox'

export const Mode = Type.Union([Type.Literal('test'), Type.Literal('live')])
export type Mode = Static<typeof Mode>

/** Seconds since 1970-01-01 UTC. */
export const Timestamp = Type.Integer({ description: 'Seconds since the Unix epoch.' })

/** On an object of exact members: those that Stripe has, and Micro not yet. */
export const unsupportedMark = 'x-unsupported'

/**
 * An object of exactly these members; any other is answered with `parameter_unknown`, and those that are `unsupported`
 * with the words that say so.
 */
export const Exact = <P extends Record<string, TSchema>>(
  properties: P,
  { unsupported, ...options }: { description?: string; unsupported?: readonly string[] } = {},
) =>
  Type.Object(properties, {
    ...options,
    ...(unsupported === undefined ? {} : { [unsupportedMark]: unsupported }),
    additionalProperties: false,
  })

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

/** How many moments one request may name: a quarter of a year by days, with some to spare, and as many as a query holds. */
export const momentsMax = 100

/**
 * The ends of stretches of time, in seconds: each is from one (inclusive) to the next (exclusive). They are the caller's,
 * so that days may be those of any time zone.
 */
export const Bounds = Type.Array(Type.Integer({ minimum: 0, maximum: 253_402_300_799 }), {
  minItems: 2,
  maxItems: momentsMax,
  description:
    'Moments in seconds since the Unix epoch, each later than the one before: an answer has a stretch from each to the next.',
})

/** One stretch of time, from `from` (inclusive) to `until` (exclusive). */
export const stretch = { from: Timestamp, until: Timestamp }

/** The query of a list as every resource has it: cursors, and by when its objects were made. */
export const listQuery = { ...pageQuery, created: Type.Optional(TimeFilter) }

/**
 * What an update may give for something that can be taken away again: a value, or an empty string as Stripe's clients
 * send for null (form bodies know no null).
 */
export const Unsettable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Literal(''), Type.Null()])

/** Metadata in an update: keys that are given are set, an empty value removes its key, `metadata=` alone removes all. */
export const MetadataUpdate = Unsettable(
  Type.Record(
    Type.String({ pattern: '^[^\\[\\]\\u0000\\ud800-\\udfff]{1,40}$' }),
    Type.Union([Text(500), Type.Null()]),
    { maxProperties: 50, additionalProperties: false },
  ),
)
export type MetadataUpdate = Static<typeof MetadataUpdate>

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

/** What is left of an object that was deleted. */
export const Deleted = <O extends string>(object: O) =>
  Type.Object({ id: Type.String(), object: Type.Literal(object), deleted: Type.Literal(true) })

/** The query of a search; `page` is the `next_page` of the answer before. */
export const searchQuery = {
  query: Text(2000, 1),
  limit: pageQuery.limit,
  page: Type.Optional(AnyId),
}

export const SearchResult = <T extends TSchema>(item: T) =>
  Type.Object({
    object: Type.Literal('search_result'),
    url: Type.String(),
    has_more: Type.Boolean(),
    next_page: Nullable(Type.String()),
    data: Type.Array(item),
  })
