import type { StoringService } from './databases.ts'
import { databaseNames } from './databases.ts'
import { originalPorts } from './database-ports.ts'
import type { Instance } from './instance.ts'

export interface BannerFacts {
  readonly gatewayUrl: string
  /** What of it there is for a browser. */
  readonly sites: { readonly dashboard: boolean; readonly docs: boolean }
  /** Others than this machine reach the gateway, and nothing encrypts what they send. */
  readonly inClear: boolean
  /** By its settings; an operator may have decided otherwise since. */
  readonly registrationOpen: boolean
  /** False when the command line has to be told where the gateway is. */
  readonly usualAddress: boolean
  readonly dataDir: string
  /** False when the command line has to be told where the data is. */
  readonly usualDataDir: boolean
  readonly ephemeral: boolean
  readonly seconds: number
  readonly logFile: string
  readonly databaseUrls: Readonly<Record<StoringService, string>>
  /** Original ports that something else holds. */
  readonly takenPorts: readonly StoringService[]
  readonly colour: boolean
}

const row = (label: string, text: string): string => `  ${label.padEnd(10)} ${text}`

/** As a shell reads it back; plain paths stay as they are. */
const quoted = (text: string): string =>
  /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

const inClearWarning = [
  '  Others can reach this address, and what they send crosses the network in clear: passwords, sessions, keys.',
  '  Live keys are refused. Give it a certificate with MICRO_TLS_CERT_FILE and MICRO_TLS_KEY_FILE, or put a proxy',
  '  in front that ends TLS, and name it in MICRO_TRUSTED_PROXIES.',
]

const registering = (gatewayUrl: string): string[] => [
  `  curl -X POST ${gatewayUrl}/auth/register \\`,
  `    -d '{"email": "dev@example.com", "password": "securepassword"}'`,
]

const closedNotice =
  '  Registration is closed: the first user registers once it is started with MICRO_REGISTRATION=open.'

/** What a newcomer sees once everything runs: where it is, and three commands that work as printed. */
export const banner = (facts: BannerFacts): string => {
  const bold = (text: string): string => (facts.colour ? `\u001b[1m${text}\u001b[22m` : text)
  const dim = (text: string): string => (facts.colour ? `\u001b[2m${text}\u001b[22m` : text)
  const kept = facts.ephemeral ? 'forgotten at the end' : 'kept; Ctrl-C and start again as you like'
  const at = facts.usualAddress ? '' : ` --gateway-url ${facts.gatewayUrl}`
  const dbUrl = (service: string): string =>
    `./micro db url ${service}${facts.usualDataDir ? '' : ` --data-dir ${quoted(facts.dataDir)}`}`
  const warnings = facts.takenPorts.map(
    (service) =>
      `  Port ${originalPorts[service]} is taken, so ${databaseNames[service]} answers elsewhere: ${dbUrl(service)}`,
  )
  return [
    '',
    bold(`Micro is ready`) + dim(` (${facts.seconds.toFixed(1)} s)`),
    '',
    row('Gateway', bold(facts.gatewayUrl)),
    ...(facts.sites.dashboard ? [row('Dashboard', `${facts.gatewayUrl}/dashboard/`)] : []),
    ...(facts.sites.docs ? [row('Docs', `${facts.gatewayUrl}/docs/`)] : []),
    row('Data', `${facts.dataDir} ${dim(`(${kept})`)}`),
    row('Databases', `psql ${facts.databaseUrls.auth} ${dim('(read-only)')}`),
    row('', dim(`the others: ${dbUrl('payments')} (or ledger, events)`)),
    row('Log', facts.logFile),
    ...(facts.inClear ? ['', ...inClearWarning] : []),
    ...(facts.registrationOpen ? [] : ['', closedNotice]),
    ...(warnings.length > 0 ? ['', ...warnings] : []),
    '',
    'Try, in another terminal:',
    '',
    ...(facts.registrationOpen ? registering(facts.gatewayUrl) : []),
    `  ./micro login --email dev@example.com${at}`,
    '  ./micro listen --forward-to http://localhost:4242/webhook',
    '',
    dim('Then, in a third: ./micro trigger payment_intent.succeeded. Ctrl-C here stops everything.'),
    '',
  ].join('\n')
}

/** The same for a program, on one line. */
export const readyLine = (instance: Instance, facts: BannerFacts): string =>
  `${JSON.stringify({
    ready: true,
    ...instance,
    data_dir: facts.dataDir,
    ephemeral: facts.ephemeral,
    log_file: facts.logFile,
    registration_open: facts.registrationOpen,
    in_clear: facts.inClear,
    seconds: Math.round(facts.seconds * 10) / 10,
  })}\n`
