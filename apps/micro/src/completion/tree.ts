import type { Command } from 'commander'

/** What can be typed at one place of the command line. */
export interface Place {
  /** The commands before it, `ledger accounts`; empty at the start. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly flags: readonly Flag[]
}

export interface Flag {
  /** `--limit` */
  readonly long: string
  readonly text: string
  readonly takesValue: boolean
  /** What its value may be; empty for anything. */
  readonly choices: readonly string[]
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

const flagsOf = (command: Command): Flag[] =>
  command.options.flatMap(({ long, description, flags, argChoices = [], hidden }) =>
    long === null || long === undefined || hidden
      ? []
      : [{ long, text: firstLine(description), takesValue: /[<[]/.test(flags), choices: argChoices }],
  )

const help: Flag = { long: '--help', text: 'show help', takesValue: false, choices: [] }

/** Every place there is, with the flags that are understood there. */
export const placesOf = (command: Command, path = '', inherited: readonly Flag[] = []): Place[] => {
  const flags = [...flagsOf(command), ...inherited]
  const own = command.commands.map((each) => ({
    name: each.name(),
    summary: firstLine(each.summary() || each.description()),
  }))
  const below = command.commands.flatMap((each) =>
    placesOf(
      each,
      `${path} ${each.name()}`.trim(),
      path === '' ? flagsOf(command).filter(({ long }) => long !== '--version') : inherited,
    ),
  )
  return [{ path, commands: own, flags: [...flags, help] }, ...below]
}
