import pg from 'pg'

const { builtins } = pg.types
const OID = { textArray: 1009 as number, int8Array: 1016, numericArray: 1231, dateArray: 1182, timestampArray: 1115 }

/** Integral numerics become bigint (money is numeric(38,0)); others stay text, since a float would round them. */
const parseNumeric = (text: string): bigint | string => (/^-?\d+$/.test(text) ? BigInt(text) : text)

type Elements<T> = (T | null | Elements<T>)[]

// The driver's own text[] parser splits the array; we then parse the elements.
const splitArray: (text: string) => Elements<string> = pg.types.getTypeParser(OID.textArray)

const eachElement = <T>(elements: Elements<string>, parse: (text: string) => T): Elements<T> =>
  elements.map((item) => (item === null ? null : Array.isArray(item) ? eachElement(item, parse) : parse(item)))

const arrayOf =
  <T>(parse: (text: string) => T) =>
  (text: string) =>
    eachElement(splitArray(text), parse)

const asText = (text: string) => text

const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.INT8, BigInt],
  [OID.int8Array, arrayOf(BigInt)],
  [builtins.NUMERIC, parseNumeric],
  [OID.numericArray, arrayOf(parseNumeric)],
  // A date has no time zone; the driver would make it midnight of the host's zone.
  [builtins.DATE, asText],
  [OID.dateArray, arrayOf(asText)],
  [builtins.TIMESTAMP, asText],
  [OID.timestampArray, arrayOf(asText)],
])

/** How columns arrive: int8 and integral numeric as bigint, timestamptz as Date, date and timestamp as text. */
export const columnTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && PARSERS.get(oid)) || pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig
