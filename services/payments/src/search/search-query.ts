import { Fault } from '@micro/kernel'

/** What kind of value a searchable field has: a whole text, a text of which a part may be asked, or a number. */
export type SearchFields = Readonly<Record<string, 'token' | 'string' | 'numeric'>>

export type SearchOperator = 'equals' | 'contains' | 'missing' | 'eq' | 'gt' | 'gte' | 'lt' | 'lte'

/** One condition on one field; `path` leads to it in the flat document that a store makes of an object. */
export interface SearchClause {
  readonly path: readonly string[]
  readonly operator: SearchOperator
  readonly value: string | null
  readonly negated: boolean
}

/** What `payments.matches` is asked. */
export interface SearchQuery {
  readonly join: 'and' | 'or'
  readonly clauses: readonly SearchClause[]
}

const clausesMax = 10
const containedMin = 3
const space = /\s*/y
const conjunction = /(and|or)(?=[\s-])/iy
const fieldName = /[a-z][a-z0-9_.]*/iy
const symbol = /:|~|>=|<=|>|</y
const quoted = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy
const bare = /null(?![\w.])|-?\d{1,18}(?![\w.])/iy

const numericOperators = { ':': 'eq', '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' } as const

const wrong = (reason: string): Fault => new Fault('parameter_invalid', { param: 'query', reason })

/** A reader's place in the text; each `take` is at the place and moves it on. */
const reader = (text: string) => {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return undefined
    at = pattern.lastIndex
    return found
  }
  return { take, done: () => at >= text.length, place: () => `at character ${at + 1}` }
}
type Reader = ReturnType<typeof reader>

const unquote = ([, double, single]: RegExpExecArray): string => (double ?? single ?? '').replaceAll(/\\(.)/gs, '$1')

const takeField = ({ take, place }: Reader, fields: SearchFields): { path: string[]; kind: SearchFields[string] } => {
  const name = take(fieldName)?.[0]
  if (name === undefined) throw wrong(`the name of a field is expected ${place()}`)
  const kind = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (kind === undefined)
    throw wrong(`'${name.slice(0, 60)}' is no field to search by. There are: ${Object.keys(fields).sort().join(', ')}`)
  if (name !== 'metadata') return { path: [name], kind }
  const opened = take(/\[/y)
  const key = take(quoted)
  if (opened === undefined || key === undefined || take(/\]/y) === undefined)
    throw wrong('metadata is searched by key, as in metadata["order"]:"42"')
  return { path: [name, unquote(key)], kind }
}

const takeValue = ({ take, place }: Reader): { text: string; isText: boolean } => {
  const text = take(quoted)
  if (text !== undefined) return { text: unquote(text), isText: true }
  const word = take(bare)?.[0]
  if (word === undefined) throw wrong(`a value is expected ${place()}: a text in quotes, a whole number, or null`)
  return { text: word.toLowerCase(), isText: false }
}

const operatorFor = (
  sign: string,
  kind: SearchFields[string],
  value: { text: string; isText: boolean },
): SearchOperator => {
  if (!value.isText && value.text === 'null') {
    if (sign !== ':') throw wrong('null is asked for with a colon')
    return 'missing'
  }
  if (kind === 'numeric') {
    if (sign === '~') throw wrong('~ is for texts, and this field is a number')
    if (!/^-?\d{1,18}$/.test(value.text)) throw wrong('this field is compared with whole numbers')
    return numericOperators[sign as keyof typeof numericOperators]
  }
  if (sign === ':') return 'equals'
  if (sign !== '~') throw wrong(`${sign} is for numbers, and this field is a text`)
  if (kind === 'token') throw wrong('this field is asked for as a whole, with a colon')
  if ([...value.text].length < containedMin) throw wrong(`a part to search for has at least ${containedMin} characters`)
  return 'contains'
}

const takeClause = (from: Reader, fields: SearchFields): SearchClause => {
  const negated = from.take(/-/y) !== undefined
  const { path, kind } = takeField(from, fields)
  from.take(space)
  const sign = from.take(symbol)?.[0]
  if (sign === undefined) throw wrong(`one of : ~ > >= < <= is expected ${from.place()}`)
  from.take(space)
  const value = takeValue(from)
  const operator = operatorFor(sign, kind, value)
  return { path, operator, value: operator === 'missing' ? null : value.text, negated }
}

/**
 * Stripe's search language: clauses `field:"text"`, `field~"part"`, `field>1`, `-field:null`, `metadata["key"]:"text"`,
 * joined by blanks or AND, or else by OR. @throws Fault parameter_invalid, which says what is wrong with the query
 */
export const parseSearch = (text: string, fields: SearchFields): SearchQuery => {
  const from = reader(text.trim())
  const clauses: SearchClause[] = []
  const joins = new Set<'and' | 'or'>()
  for (;;) {
    clauses.push(takeClause(from, fields))
    if (clauses.length > clausesMax) throw wrong(`it has more than ${clausesMax} clauses`)
    const parted = from.take(/\s+/y) !== undefined
    if (from.done()) break
    if (!parted) throw wrong(`clauses are parted by blanks, and there is none ${from.place()}`)
    joins.add((from.take(conjunction)?.[1]?.toLowerCase() ?? 'and') as 'and' | 'or')
    from.take(space)
    if (joins.size > 1) throw wrong('AND and OR cannot be combined in one query')
  }
  return { join: joins.has('or') ? 'or' : 'and', clauses }
}
