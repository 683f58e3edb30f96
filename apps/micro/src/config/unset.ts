import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'
import { checkMove } from './move.ts'
import { readSettingKey, settingNames } from './keys.ts'

const run = async (context: Context, name: string): Promise<void> => {
  const key = readSettingKey(name)
  const settings = await context.settings()
  const { path } = settings
  if (key === 'gateway_url') checkMove(settings)
  await updateSettingsFile(path, () => Promise.resolve({ [key]: undefined }))
  if (context.json) printJson(context.terminal, { file: path, [key]: null })
  else context.terminal.out(`Removed ${key} from ${path}.`)
}

export const addConfigUnset = (config: MicroCommand, shell: Shell): void => {
  config
    .command('unset')
    .argument('<setting>', settingNames.join(', '))
    .examples('micro config unset live_api_key')
    .summary('Remove one setting from the file')
    .description(`Remove one setting from the file. Settings: ${settingNames.join(', ')}.`)
    .action((name: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), name))
}
