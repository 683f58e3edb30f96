import { isCancel, password } from '@clack/prompts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure, usageFailure } from '../shell/failure.ts'
import { textOf } from '../shell/input.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'
import { resolveSettings } from '../settings/settings.ts'
import { checkMove } from './move.ts'
import { masked, readSettingKey, settingKeys, settingNames, type SettingKey } from './keys.ts'

const valueBytesMax = 4096

/** A secret is not taken from the command line, where others on this machine can read it. @throws Failure */
const readSecret = async (context: Context, key: SettingKey, given: string | undefined): Promise<string> => {
  const { stdin } = context
  if (given !== undefined && given !== '-')
    throw usageFailure(`A secret on the command line can be read by others. Use: micro config set ${key} - <FILE`)
  if (given === '-' || stdin.isTTY !== true) return (await textOf('-', context, valueBytesMax)).trim()
  const answer = await password({ message: key, input: stdin, output: process.stderr })
  if (isCancel(answer)) throw new Failure('Cancelled; nothing was changed.')
  return answer.trim()
}

const readValue = async (context: Context, key: SettingKey, given: string | undefined): Promise<string> => {
  const value = settingKeys[key].secret ? await readSecret(context, key, given) : (given ?? '')
  if (value === '') throw usageFailure(`${key} needs a value; to remove it: micro config unset ${key}`)
  // As it would be read the next time: what cannot be used is not kept.
  resolveSettings(
    { color: true },
    { ...context.environment, apiKey: undefined, gatewayUrl: undefined },
    { [key]: value },
  )
  if (key === 'live_api_key' && !/^[rs]k_live_/.test(value))
    throw usageFailure('A live key looks like sk_live_… or rk_live_….')
  return value
}

const run = async (context: Context, name: string, given: string | undefined): Promise<void> => {
  const key = readSettingKey(name)
  const settings = await context.settings()
  const { path } = settings
  const value = await readValue(context, key, given)
  if (key === 'gateway_url') checkMove(settings, value)
  // Which key it was of is known only of keys that logging in made.
  await updateSettingsFile(path, () =>
    Promise.resolve({ [key]: value, ...(key === 'api_key' ? { api_key_id: undefined } : {}) }),
  )
  const shown = settingKeys[key].secret ? masked(value) : value
  if (context.json) printJson(context.terminal, { file: path, [key]: shown })
  else context.terminal.out(`Set ${key} to ${shown} in ${path}.`)
}

export const addConfigSet = (config: MicroCommand, shell: Shell): void => {
  config
    .command('set')
    .argument('<setting>', settingNames.join(', '))
    .argument('[value]', 'its value; of a secret - for standard input, or nothing to be asked')
    .examples('micro config set gateway_url https://payments.example.com', 'micro config set live_api_key - <key.txt')
    .summary('Change one setting in the file')
    .description(
      `Change one setting in the file. Settings: ${settingNames.join(', ')}. Keys are asked for, or read from standard input; they are never taken from the command line.`,
    )
    .action((name: string, value: string | undefined, _flags: object, command: MicroCommand) =>
      run(contextOf(shell, command), name, value),
    )
}
