import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'

const run = async (context: Context, id: string): Promise<void> => {
  const { terminal, version } = context
  const settings = await context.settings()
  const session = await openSession({ settings, version })
  const revoked = await session.revokeApiKey({ params: { id } })
  const own = settings.stored.apiKeyId === revoked.id
  if (own) await updateSettingsFile(settings.path, () => Promise.resolve({ api_key: undefined, api_key_id: undefined }))
  if (context.json) printJson(terminal, revoked)
  else terminal.out(`Revoked ${revoked.id} (${revoked.environment}, …${revoked.truncated_key}).`)
  const { revoked_successors: ended = [], rolled_to } = revoked
  if (!context.json && ended.length > 0) terminal.out(`With it, what it was rolled to: ${ended.join(', ')}.`)
  // Somebody rolled it: whoever thinks that was a thief has another one to revoke.
  else if (rolled_to !== null)
    terminal.err(`It was rolled to ${rolled_to}, which is left. To end that, too: micro keys revoke ${rolled_to}`)
  if (own) terminal.err('It was the key of this device. Log in again to get another: micro login')
}

export const addKeysRevoke = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('revoke')
    .argument('<id>', 'the id of the key, key_…')
    .examples('micro keys revoke key_00SRSIVEKu6cW0MhbOYBCcMJ')
    .summary('Revoke an API key for good')
    .description('Revoke an API key for good. It stops working everywhere within seconds.')
    .action((id: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), id))
}
