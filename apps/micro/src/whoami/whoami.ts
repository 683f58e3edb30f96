import { authClient, requireApiKey } from '../session/api.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import type { Origin } from '../settings/settings.ts'

const origins: Readonly<Record<Origin, string>> = {
  flag: 'from --api-key',
  environment: 'from MICRO_API_KEY',
  file: 'from the settings file',
  default: '',
}

const run = async (context: Context): Promise<void> => {
  const { terminal, version } = context
  const settings = await context.settings()
  const credential = requireApiKey(settings)
  const me = await authClient({ gatewayUrl: settings.gatewayUrl, version, credential }).getMe({})
  if (context.json) {
    printJson(terminal, { ...me, gateway_url: settings.gatewayUrl })
    return
  }
  const key = me.api_key
  const rows = [
    ['Email', me.email],
    ['Merchant', me.merchant],
    ['Mode', me.mode],
    [
      'API key',
      `${key?.name ?? key?.id ?? ''} …${key?.truncated_key ?? credential.slice(-4)} (${origins[settings.apiKey?.origin ?? 'file']})`.trim(),
    ],
    ['Publishable', me.publishable_key ?? '(none; make one with: micro keys create --publishable)'],
    ['Gateway', settings.gatewayUrl],
  ] as const
  for (const [name, value] of rows) terminal.out(`${terminal.paint('dim', name.padEnd(11))} ${value}`)
}

export const addWhoami = (program: MicroCommand, shell: Shell): void => {
  program
    .command('whoami')
    .examples('micro whoami', 'micro whoami --json')
    .summary('Show who you are to the server')
    .description('Ask the server who the API key in use belongs to.')
    .helpGroup('Account commands:')
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
