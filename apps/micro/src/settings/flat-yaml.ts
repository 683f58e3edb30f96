/**
 * The little of YAML that a settings file needs: one `key: value` per line, quoted or plain, with comments. Anything
 * else is refused rather than misread.
 */
export type Values = Readonly<Record<string, string>>

/** A line that is no `key: value`. */
export class FlatYamlError extends Error {
  override name = 'FlatYamlError'
  /** Counted from 1. */
  readonly line: number

  constructor(line: number) {
    super(`line ${line} is not of the form "key: value"`)
    this.line = line
  }
}

const pattern = /^([A-Za-z_][A-Za-z0-9_-]*):(?:[ \t]+(.*))?$/
const isFiller = (line: string): boolean => /^\s*(#.*)?$/.test(line) || line.trim() === '---'

const readValue = (text: string, line: number): string => {
  const value = text.trim()
  if (value.startsWith('"')) {
    const quoted = /^("(?:[^"\\]|\\.)*")\s*(?:#.*)?$/.exec(value)?.[1]
    if (quoted === undefined) throw new FlatYamlError(line)
    try {
      return JSON.parse(quoted) as string
    } catch {
      throw new FlatYamlError(line)
    }
  }
  if (value.startsWith("'")) {
    const quoted = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(value)?.[1]
    if (quoted === undefined) throw new FlatYamlError(line)
    return quoted.replaceAll("''", "'")
  }
  // What starts like this is a list, a mapping, a reference or a block in YAML, not a text.
  if (/^[[\]{}&*!|>%@`]/.test(value)) throw new FlatYamlError(line)
  const plain = value.replace(/(^|\s+)#.*$/, '')
  return plain === 'null' || plain === '~' ? '' : plain
}

const linesOf = (text: string): string[] => text.replace(/^\ufeff/, '').split(/\r?\n/)

/** @throws FlatYamlError naming the line */
export const parseFlatYaml = (text: string): Values => {
  const values = new Map<string, string>()
  for (const [at, line] of linesOf(text).entries()) {
    if (isFiller(line)) continue
    const [, key, value = ''] = pattern.exec(line) ?? []
    if (key === undefined || values.has(key)) throw new FlatYamlError(at + 1)
    values.set(key, readValue(value, at + 1))
  }
  return Object.fromEntries(values)
}

const plainText = /^[A-Za-z][\w.@/+-]*(:[\w./@+-]+)*$/
const meaningfulWords = /^(null|true|false|yes|no|on|off|y|n)$/i

const formatValue = (value: string): string =>
  plainText.test(value) && !meaningfulWords.test(value) ? value : JSON.stringify(value)

/** Writes values over a file's earlier text: comments and order stay, keys no longer there go, new ones are added at the end. */
export const formatFlatYaml = (values: Values, earlier = ''): string => {
  const left = new Map(Object.entries(values))
  const kept = linesOf(earlier).flatMap((line) => {
    const key = isFiller(line) ? undefined : pattern.exec(line)?.[1]
    if (key === undefined) return [line]
    const value = left.get(key)
    left.delete(key)
    return value === undefined ? [] : [`${key}: ${formatValue(value)}`]
  })
  const added = [...left].map(([key, value]) => `${key}: ${formatValue(value)}`)
  return `${[kept.join('\n').trimEnd(), ...added].filter((line) => line !== '').join('\n')}\n`
}
