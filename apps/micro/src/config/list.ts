import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { settingNames, shownSetting } from './keys.ts'

const columns = [{ heading: 'SETTING' }, { heading: 'VALUE', cut: true }, { heading: 'FROM' }]

const run = async (context: Context): Promise<void> => {
  const { terminal, json } = context
  const settings = await context.settings()
  const shown = settingNames.map((key) => [key, shownSetting(key, settings)] as const)
  if (json)
    printJson(terminal, {
      file: settings.path,
      ...Object.fromEntries(shown.map(([key, value]) => [key, value ?? null])),
    })
  else {
    createColumns(terminal, columns).print(shown.map(([key, value]) => [key, value?.value ?? '', value?.origin ?? '']))
    terminal.err(`The file is ${settings.path}.`)
  }
}

export const addConfigList = (config: MicroCommand, shell: Shell): void => {
  config
    .command('list')
    .examples('micro config list', 'micro config list --profile shop --json')
    .summary('List what is in force, and where it comes from')
    .description(
      'List the settings in force, and where each comes from: a flag, the environment or the file. Of secrets it shows how they end.',
    )
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
