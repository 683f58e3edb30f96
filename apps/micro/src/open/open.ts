import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { askHealth } from '../session/health.ts'
import { dataDirFlag, runningGateway } from '../running/gateway.ts'
import { showInBrowser } from './browser.ts'

interface Flags {
  readonly dataDir: string
  readonly print?: boolean
}

const run = async (context: Context, { dataDir, print }: Flags): Promise<void> => {
  const { terminal, environment, json } = context
  const { access } = await runningGateway(context, dataDir)
  // Better said here than by an empty page.
  await askHealth(access)
  if (json) printJson(terminal, { url: access.gatewayUrl })
  else terminal.out(access.gatewayUrl)
  if (json || print === true) return
  if (!environment.screen || !(await showInBrowser(access.gatewayUrl, environment.inherited['SystemRoot'])))
    terminal.err('There is no browser to open here; open this address where there is one.')
}

export const addOpen = (program: MicroCommand, shell: Shell): void => {
  program
    .command('open')
    .examples('micro open', 'micro open --print')
    .summary('Open the gateway in a browser')
    .description('Open the gateway in a browser, and print its address, which is all there is without a screen.')
    .helpGroup('Core commands:')
    .option(...dataDirFlag)
    .option('--print', 'only print the address')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
