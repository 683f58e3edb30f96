import { createColumns } from '../shell/columns.ts'
import { printJson, type Context } from '../shell/shell.ts'
import { whenOf } from '../shell/when.ts'
import { printFacts } from '../ledger/facts.ts'
import type { Field, Thing, View } from './resource.ts'

const viewOf = (context: Context): View => ({ when: whenOf(context) })

/** Prints things as a table, or as JSON. */
export const drawList = (
  context: Context,
  things: readonly Thing[],
  { fields, none }: { fields: readonly Field[]; none: string },
): void => {
  const { terminal, json } = context
  const view = viewOf(context)
  if (json) printJson(terminal, things)
  else if (things.length === 0) terminal.err(none)
  else {
    // A column that says nothing of any of them is only in the way.
    const told = fields.filter((field, at) => at === 0 || things.some((thing) => field.of(thing, view) !== ''))
    createColumns(terminal, told).print(things.map((thing) => told.map((field) => field.of(thing, view))))
  }
}

const abbreviations = new Set(['URL', 'HTTP', 'MS'])

const labelOf = ({ heading }: Field): string =>
  abbreviations.has(heading) ? heading : heading.charAt(0) + heading.slice(1).toLowerCase()

/** Prints one thing, a line for each of its fields, or as JSON. */
export const drawOne = (context: Context, thing: Thing, fields: readonly Field[]): void => {
  if (context.json) return printJson(context.terminal, thing)
  // Of a deleted thing there is nothing left to show.
  if (thing['deleted'] === true) return context.terminal.out(`Deleted ${String(thing['id'])}.`)
  const view = viewOf(context)
  const facts = fields.map((field) => [labelOf(field), field.of(thing, view)] as const)
  printFacts(context.terminal, facts)
}
