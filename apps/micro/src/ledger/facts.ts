import { printable, type Terminal } from '../shell/terminal.ts'

/** What is known of one thing, a line each; nothing of what it has not. */
export const printFacts = (
  terminal: Terminal,
  facts: readonly (readonly [string, string | null | undefined])[],
): void => {
  const told = facts.filter((fact): fact is readonly [string, string] => (fact[1] ?? '') !== '')
  const width = Math.max(0, ...told.map(([name]) => name.length))
  for (const [name, text] of told) terminal.out(`${terminal.paint('dim', name.padEnd(width))}  ${printable(text)}`)
}

export const metadataText = (metadata: Readonly<Record<string, string>>): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
