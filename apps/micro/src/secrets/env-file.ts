import { parseEnv } from 'node:util'
import { assert } from '@micro/kernel'

/** Node's own reader, so that we see what `node --env-file` sees. */
export const readEnv = (text: string): Readonly<Record<string, string | undefined>> => parseEnv(text)

/** JSON is full of double quotes, so single ones go around it; there is no escape within them. */
const line = (name: string, value: string): string => {
  assert(!/['\n\r]/.test(value), `the value of ${name} cannot be written`)
  return `${name}='${value}'`
}

/** The text with these values: each in its line's place or, when it had none, at the end. Other lines stay as they are. */
export const withValues = (text: string, values: Readonly<Record<string, string>>): string => {
  const left = new Map(Object.entries(values))
  const lines = text.split('\n').map((each) => {
    const name = /^\s*(?:export\s+)?(\w+)\s*=/.exec(each)?.[1]
    const value = name === undefined ? undefined : left.get(name)
    if (name === undefined || value === undefined) return each
    left.delete(name)
    return line(name, value)
  })
  const head = lines.join('\n')
  const tail = [...left].map(([name, value]) => `${line(name, value)}\n`).join('')
  const made = `${head}${head === '' || head.endsWith('\n') || tail === '' ? '' : '\n'}${tail}`
  const read = readEnv(made)
  for (const [name, value] of Object.entries(values)) assert(read[name] === value, `${name} is not read back`)
  return made
}
