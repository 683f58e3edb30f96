import type { Clock } from '@micro/kernel'
import type { Command } from 'commander'
import type { Environment } from '../config.ts'
import { readSettingsFile } from '../settings/settings-file.ts'
import { resolveSettings, settingsPath, type GlobalFlags, type Settings } from '../settings/settings.ts'
import { createTerminal, type Output, type Terminal } from './terminal.ts'

/** What the program is given by the process it runs in. */
export interface Shell {
  readonly environment: Environment
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: NodeJS.ReadStream
  readonly clock: Clock
  readonly version: string
  /** Where this program lies; its neighbours are found from here. */
  readonly programUrl: string
}

/** What a command works with, once its flags are known. */
export interface Context extends Shell {
  readonly terminal: Terminal
  readonly json: boolean
  /** Reads the settings file. @throws Failure */
  settings(): Promise<Settings>
}

/** A command's action may print JSON where its output is data. */
export const printJson = (terminal: Terminal, value: unknown): void => terminal.out(JSON.stringify(value, null, 2))

export const contextOf = (shell: Shell, command: Command): Context => {
  const flags = command.optsWithGlobals<GlobalFlags>()
  const terminal = createTerminal({
    stdout: shell.stdout,
    stderr: shell.stderr,
    colour: flags.color && shell.environment.colour,
  })
  return {
    ...shell,
    terminal,
    json: flags.json === true,
    async settings() {
      const file = await readSettingsFile(settingsPath(flags, shell.environment), terminal.err)
      return resolveSettings(flags, shell.environment, file)
    },
  }
}
