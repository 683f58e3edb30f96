import { join } from 'node:path'
import type { GlobalFlags } from '../settings/settings.ts'
import { defaultGatewayUrl, sameGateway, settingsPath } from '../settings/settings.ts'
import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { printable, type Colour } from '../shell/terminal.ts'
import { askHealth } from '../session/health.ts'
import { dataDirFlag, runningGateway } from '../running/gateway.ts'
import { findHolder } from '../running/holder.ts'
import { checkLogin, checkSecretsFolder, checkSettingsFile } from './account.ts'
import type { Check, CheckStatus } from './check.ts'
import { checkClock, checkDisk, checkNode } from './machine.ts'
import { checkPorts } from './ports.ts'
import { checkDatabases, checkGateway, checkRedis, checkVersions } from './server.ts'

interface Flags extends GlobalFlags {
  readonly dataDir: string
}

const examine = async (context: Context, flags: Flags): Promise<Check[]> => {
  const { version, clock, environment } = context
  const { dataDir } = flags
  // First of all: reading the settings closes the file to others.
  const settingsFile = await checkSettingsFile(settingsPath(flags, environment))
  const settings = await context.settings()
  const { access } = await runningGateway(context, dataDir)
  const answer = await askHealth(access).catch(() => undefined)
  const holder = await findHolder(dataDir)
  return [
    checkNode(process.versions.node),
    await checkDisk(dataDir),
    checkClock(clock, answer?.now),
    await checkPorts(
      holder !== undefined || (answer !== undefined && sameGateway(access.gatewayUrl, defaultGatewayUrl)),
    ),
    checkGateway(access.gatewayUrl, answer?.health),
    checkVersions(version, answer?.health),
    checkDatabases(answer?.health),
    checkRedis(answer?.health),
    settingsFile,
    await checkSecretsFolder(join(dataDir, 'secrets')),
    // The key is for the gateway it came from, and for no other one that happens to run here.
    await checkLogin(settings, version, answer !== undefined && sameGateway(access.gatewayUrl, settings.gatewayUrl)),
  ]
}

const signs: Readonly<Record<CheckStatus, { readonly text: string; readonly colour: Colour }>> = {
  ok: { text: 'ok', colour: 'green' },
  warning: { text: 'warning', colour: 'yellow' },
  problem: { text: 'problem', colour: 'red' },
  skipped: { text: 'skipped', colour: 'dim' },
}

const draw = ({ terminal }: Context, checks: readonly Check[]): void => {
  createColumns(terminal, [{ heading: 'CHECK' }, { heading: 'FINDING' }, { heading: 'DETAIL', cut: true }]).print(
    checks.map(({ name, status, detail }) => [name, signs[status].text, printable(detail)]),
  )
  const bad = checks.filter(({ status }) => status === 'problem' || status === 'warning')
  if (bad.length > 0) terminal.out('')
  for (const { name, status, detail, mend } of bad) {
    terminal.out(`${terminal.paint(signs[status].colour, name)}: ${printable(detail)}`)
    if (mend !== undefined) terminal.out(`  ${mend}`)
  }
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const checks = await examine(context, flags)
  const problems = checks.filter(({ status }) => status === 'problem').length
  if (context.json) printJson(context.terminal, { ok: problems === 0, checks })
  else draw(context, checks)
  if (problems > 0) throw new Failure(`There ${problems === 1 ? 'is 1 problem' : `are ${problems} problems`}.`)
}

export const addDoctor = (program: MicroCommand, shell: Shell): void => {
  program
    .command('doctor')
    .examples('micro doctor', 'micro doctor --json')
    .summary('Find what is wrong here, and how to mend it')
    .description(
      'Look at all that Micro needs on this machine and at what runs: Node, disk, clock, ports, gateway, databases, Redis, versions, who may read the secrets, and the login. Tells how to mend what is wrong, and ends with 1 when something is.',
    )
    .helpGroup('Core commands:')
    .option(...dataDirFlag)
    .action((_flags: object, command: MicroCommand) => {
      return run(contextOf(shell, command), command.optsWithGlobals<Flags>())
    })
}
