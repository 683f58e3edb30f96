/**
 * Takes a JSON object's text apart at the items of one of its lists, so that each can be parsed by itself. What is no
 * JSON stays no JSON: the text around the items, or one of them, is then none either.
 */
const quote = 34
const comma = 44
const backslash = 92
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9
const isOpening = (code: number): boolean => code === 91 || code === 123
const isClosing = (code: number): boolean => code === 93 || code === 125

const skipSpace = (text: string, from: number): number => {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

/** Behind the string whose quote is at `from`. */
const stringEnd = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
  return text.length
}

/** At the comma or bracket that ends the value. */
const valueEnd = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = stringEnd(text, at) - 1
    else if (isOpening(code)) depth++
    else if (depth === 0 && (code === comma || isClosing(code))) return at
    else if (isClosing(code)) depth--
  }
  return text.length
}

const nameAt = (text: string, from: number, end: number): unknown => {
  try {
    return JSON.parse(text.slice(from, end))
  } catch {
    return undefined
  }
}

interface Member {
  readonly name: unknown
  readonly valueAt: number
}

/** The member of an object that begins here; undefined where none does. */
const memberAt = (text: string, from: number): Member | undefined => {
  const nameFrom = skipSpace(text, from)
  if (text.charCodeAt(nameFrom) !== quote) return undefined
  const nameTo = stringEnd(text, nameFrom)
  const colon = skipSpace(text, nameTo)
  if (text[colon] !== ':') return undefined
  return { name: nameAt(text, nameFrom, nameTo), valueAt: skipSpace(text, colon + 1) }
}

/** Where the value of the first member of this name begins, looking from the bracket or comma before a member. */
const findValue = (text: string, name: string, from: number): number | undefined => {
  for (let at = from; ;) {
    const member = memberAt(text, at + 1)
    if (member === undefined) return undefined
    if (member.name === name) return member.valueAt
    at = valueEnd(text, member.valueAt)
    if (text.charCodeAt(at) !== comma) return undefined
  }
}

export interface JsonList {
  /** The text of each item, in order; to be read once. */
  readonly items: Iterable<string>
  /** The text with the list left empty, or 'twice' when there is another of its name. Once all items were read. */
  rest(): string
}

/** Undefined where the text is no object, or has no list of this name. */
export const takeApart = (text: string, name: string): JsonList | undefined => {
  const start = skipSpace(text, 0)
  const at = text[start] === '{' ? findValue(text, name, start) : undefined
  if (at === undefined || text[at] !== '[') return undefined
  let end = skipSpace(text, at + 1)
  return {
    items: {
      *[Symbol.iterator]() {
        if (isClosing(text.charCodeAt(end))) return
        for (let from = at + 1; ; from = end + 1) {
          end = valueEnd(text, from)
          yield text.slice(from, end)
          if (text.charCodeAt(end) !== comma) return
        }
      },
    },
    rest() {
      const next = skipSpace(text, end + 1)
      if (text.charCodeAt(next) === comma && findValue(text, name, next) !== undefined) return 'twice'
      return text.slice(0, at + 1) + text.slice(end)
    },
  }
}
