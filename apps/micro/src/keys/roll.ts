import { graceSecondsMax } from '@micro/contracts'
import { fromUnixSeconds } from '@micro/kernel'
import type { AuthClient } from '../session/api.ts'
import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { readDuration } from '../shell/duration.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'
import { minute } from './times.ts'

type Rolled = Awaited<ReturnType<AuthClient['rollApiKey']>>

const show = ({ terminal, clock }: Context, { id, key, type, rolled_key: { id: oldId, expires } }: Rolled): void => {
  const works = expires !== null && fromUnixSeconds(expires) > clock.now()
  terminal.err(`Rolled ${oldId} to ${id}. The old key ${works ? `works until ${minute(expires)}` : 'no longer works'}.`)
  if (type !== 'publishable') terminal.err('The new key is shown this once; keep it somewhere safe.')
  terminal.out(key)
}

const run = async (context: Context, id: string, expires_in: number): Promise<void> => {
  const { terminal, version } = context
  const settings = await context.settings()
  const session = await openSession({ settings, version })
  const rolled = await session.rollApiKey({ params: { id }, body: { expires_in } })
  // Shown before anything else can fail: nobody can ask for it again.
  if (context.json) printJson(terminal, rolled)
  else show(context, rolled)
  if (settings.stored.apiKeyId !== id) return
  await updateSettingsFile(settings.path, () => Promise.resolve({ api_key: rolled.key, api_key_id: rolled.id }))
  terminal.err('It was the key of this device, which uses the new one from now on.')
}

export const addKeysRoll = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('roll')
    .argument('<id>', 'the id of the key, key_…')
    .examples(
      'micro keys roll key_00SRSIVEKu6cW0MhbOYBCcMJ --expires-in 24h',
      'KEY=$(micro keys roll key_00SRSIVEKu6cW0MhbOYBCcMJ)',
    )
    .summary('Replace an API key by a new one')
    .description(
      'Replace an API key by a new one of the same name, environment, scopes and expiry. The new key alone goes to standard output.',
    )
    .option(
      '--expires-in <duration>',
      'how long the old key goes on working, up to 7d',
      readDuration(graceSecondsMax),
      0,
    )
    .action((id: string, flags: { expiresIn: number }, command: MicroCommand) =>
      run(contextOf(shell, command), id, flags.expiresIn),
    )
}
