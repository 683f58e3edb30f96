import type { Route } from '@micro/contracts'
import type { Column } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import type { Context, Shell } from '../shell/shell.ts'
import { addOperation } from './operation.ts'
import type { Parameter } from './parameter.ts'

/** An object as the API answers it. */
export type Thing = Readonly<Record<string, unknown>>

/** A column of a resource's table, and a line when one is shown. */
export interface Field extends Column {
  /** What stands in it; nothing for what the thing has not. */
  of(thing: Thing, view: View): string
}

/** How things are shown here and now. */
export interface View {
  /** A time in seconds. */
  when(seconds: number): string
}

/** One command of a resource: an operation of the contracts under a short name. */
export interface Verb {
  readonly route: Route
  readonly summary: string
  readonly examples: readonly [string, ...string[]]
  /** Flags that are not the contract's. */
  readonly extra?: readonly Parameter[]
  /** Parameters of the contract that have no flag of their own: those above say them. */
  readonly replaces?: readonly string[]
  /** What the group alone does. */
  readonly isDefault?: true
  /** Asks first, on a terminal. */
  readonly asks?: true
  /** What is shown of what it answers, where that is no thing of the resource. */
  readonly of?: Pick<Resource, 'noun' | 'fields'>
  /** Shown in place of fields. */
  show?(context: Context, answer: Thing): void
  /** Looked at once it was shown. @throws Failure when it is no success after all */
  judge?(answer: Thing): void
}

/** A resource of the API as a group of commands. */
export interface Resource {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly examples: readonly [string, ...string[]]
  readonly group: string
  /** One of them, for people: `payment`. */
  readonly noun: string
  readonly fields: readonly Field[]
  readonly verbs: Readonly<Record<string, Verb>>
}

/** Adds a resource's commands. Returns their group, for commands of its own. */
export const addResource = (program: MicroCommand, shell: Shell, resource: Resource): MicroCommand => {
  const group = program
    .command(resource.name)
    .examples(...resource.examples)
    .summary(resource.summary)
    .description(resource.description)
    .helpCommand(false)
    .helpGroup(resource.group)
  for (const [name, verb] of Object.entries(resource.verbs)) addOperation(group, shell, { name, verb, resource })
  return group
}
