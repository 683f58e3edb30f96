import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { readSettingKey, settingNames, shownSetting } from './keys.ts'

const run = async (context: Context, name: string): Promise<void> => {
  const key = readSettingKey(name)
  const found = shownSetting(key, await context.settings())
  if (found === undefined) throw new Failure(`${key} is not set.`, { exitCode: 4 })
  if (context.json) printJson(context.terminal, { [key]: found })
  else context.terminal.out(found.value)
}

export const addConfigGet = (config: MicroCommand, shell: Shell): void => {
  config
    .command('get')
    .argument('<setting>', settingNames.join(', '))
    .examples('micro config get gateway_url')
    .summary('Print one setting')
    .description(`Print one setting as it is in force; of a secret, how it ends. Settings: ${settingNames.join(', ')}.`)
    .action((name: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), name))
}
