import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { printable, type Colour } from '../shell/terminal.ts'
import { askHealth, type Health, type PartHealth } from '../session/health.ts'
import { findHolder } from '../running/holder.ts'
import { dataDirFlag, runningGateway, type RunningGateway } from '../running/gateway.ts'

const columns = [{ heading: 'PART' }, { heading: 'STATUS' }, { heading: 'REASON', cut: true }]

const colours: Readonly<Record<string, Colour>> = {
  ok: 'green',
  exact: 'green',
  degraded: 'yellow',
  local: 'yellow',
  away: 'yellow',
  unavailable: 'red',
}

const rowOf = ([name, { status, reason = '' }]: readonly [string, PartHealth]): string[] => [
  name,
  status,
  printable(reason),
]

const draw = ({ terminal, version }: Context, { access, instance }: RunningGateway, health: Health): void => {
  const { paint } = terminal
  const other = health.version === version ? '' : ` (this command line is ${version})`
  const facts = [
    ['Gateway', access.gatewayUrl],
    ['Status', paint(colours[health.status] ?? 'red', health.status)],
    ['Version', `${printable(health.version)}${other}`],
    ...(instance === undefined ? [] : [['Process', String(instance.pid)] as const]),
  ] as const
  for (const [name, text] of facts) terminal.out(`${paint('dim', name.padEnd(8))} ${text}`)
  terminal.out('')
  const parts = { ...health.services, bus: health.bus, limiter: health.limiter }
  createColumns(terminal, columns).print(Object.entries(parts).map(rowOf))
}

const run = async (context: Context, dataDir: string): Promise<void> => {
  const gateway = await runningGateway(context, dataDir)
  const { health } = await askHealth(gateway.access).catch(async (error: unknown) => {
    const holder = await findHolder(dataDir)
    if (holder === undefined || gateway.instance !== undefined) throw error
    throw new Failure(`Micro is about to start or to end (process ${holder.pid}); its gateway does not answer.`, {
      cause: error,
      exitCode: 6,
    })
  })
  if (context.json)
    printJson(context.terminal, {
      gateway_url: gateway.access.gatewayUrl,
      ...(gateway.instance === undefined ? {} : { pid: gateway.instance.pid }),
      ...health,
    })
  else draw(context, gateway, health)
  if (health.status === 'unavailable') throw new Failure('Micro cannot serve now.', { exitCode: 6 })
}

export const addStatus = (program: MicroCommand, shell: Shell): void => {
  program
    .command('status')
    .examples('micro status', 'micro status --json', 'micro status --gateway-url https://payments.example.com')
    .summary('Show what runs, how it is, and its version')
    .description(
      'Show what runs, how each part is, and its version. Of a Micro on this machine, or of the gateway that is named. Ends with 6 when it is not there or cannot serve.',
    )
    .helpGroup('Core commands:')
    .option(...dataDirFlag)
    .action(({ dataDir }: { dataDir: string }, command: MicroCommand) => run(contextOf(shell, command), dataDir))
}
