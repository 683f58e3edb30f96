import { join, resolve } from 'node:path'
import { styleText } from 'node:util'
import type { ServiceName } from '@micro/contracts'
import { isSite, listensInClear } from '@micro/gateway'
import { systemClock } from '@micro/kernel'
import { createUndo, startObservation, type Undo } from '@micro/service'
import { createAuthSecrets, createCheckpointKeys, createEncryptionKeys, parseEncryptionKeys } from '@micro/signing'
import { banner, readyLine } from './banner.ts'
import { defaultDataDir, defaultHost, defaultPort, type EmbeddedConfig } from './config.ts'
import { openDatabasePort, type DatabasePort } from './database-ports.ts'
import { openDataDirectory } from './data-directory.ts'
import { databaseNames, openDatabases, storingServices, type Databases, type StoringService } from './databases.ts'
import { removeInstance, writeInstance } from './instance.ts'
import { openLogFile } from './log-file.ts'
import { createPlatform } from './platform.ts'
import { checkPort } from './port-check.ts'
import { createProgress } from './progress.ts'
import { loadSecret } from './secrets.ts'
import { readServiceSettings } from './service-settings.ts'
import { StartError } from './start-error.ts'

export interface Running {
  /** Resolves with a reason when something the platform stands on ended by itself. */
  readonly failed: Promise<string>
  readonly stop: () => Promise<void>
  /** What `stop` may take at most, in milliseconds. */
  readonly endMsMax: number
  /** Ends PostgreSQL at once, for a process that exits without `stop`; what was acknowledged is safe all the same. */
  readonly abandon: () => void
}

const services = storingServices
/** Workers, streams and PostgreSQL, once no request is under way. */
const stopMsMax = 50_000

const openPorts = async (postgresPort: () => number): Promise<Map<StoringService, DatabasePort>> => {
  const opened = await Promise.all(
    services.map((service) => openDatabasePort(service, () => ({ port: postgresPort() }))),
  )
  return new Map(opened.flatMap((port) => (port === undefined ? [] : [[port.service, port] as const])))
}

const readerUrls = (databases: Databases, ports: Map<StoringService, DatabasePort>): Record<StoringService, string> =>
  Object.fromEntries(
    services.map((service) => {
      const port = ports.get(service)?.port ?? databases.postgres.port
      return [service, `postgres://user:password@localhost:${port}/${databaseNames[service]}`]
    }),
  ) as Record<StoringService, string>

const browsableHost = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host

/** Made with the first start, so that a backup holds it before anything is sealed. @throws StartError */
const loadEncryptionKeys = async (dataDir: string): Promise<string> => {
  const text = await loadSecret(dataDir, 'encryption.json', () => createEncryptionKeys(systemClock.now()))
  try {
    parseEncryptionKeys(text)
    return text
  } catch (error) {
    throw new StartError(`secrets/encryption.json in ${dataDir} cannot be used: ${(error as Error).message}.`)
  }
}

const isThere = (directory: string | undefined): boolean => directory !== undefined && isSite(directory)

const start = async (config: EmbeddedConfig, version: string, undo: Undo): Promise<Running> => {
  const progress = createProgress(config.json ? process.stderr : process.stdout)
  // Before the port: whoever types the command twice is told that Micro runs, not that something has its port.
  const directory = await openDataDirectory(config)
  undo.add(directory.release)
  await checkPort(config)
  const logs = await openLogFile(directory.path)
  undo.add(logs.close)
  const authSecrets = await loadSecret(directory.path, 'auth.json', () => createAuthSecrets(systemClock.now()))
  const encryptionKeys = await loadEncryptionKeys(directory.path)
  const checkpointKeys = await loadSecret(directory.path, 'ledger.json', () => createCheckpointKeys(systemClock.now()))
  const settings = readServiceSettings(config, {
    authSecrets,
    checkpointKeys,
    encryptionKeys,
    // Beside the database and not in it: what is copied from there proves what the database says.
    checkpointsFile: join(directory.path, 'checkpoints.ndjson'),
  })
  const observation = await startObservation(settings.observe, logs.logger('micro'))
  undo.add(observation.close)
  const databases = await progress.step('Databases', () => openDatabases(directory.path, observation))
  undo.add(databases.close)
  // Known once the gateway listens; nobody is told of it before.
  let gatewayUrl = ''
  // Webhooks go to none of them; those that are not known yet are added as they come.
  const ownPorts = new Set([config.port, databases.postgres.port, settings.observe.listen?.port ?? 0])
  const platform = await progress.step('Services', () =>
    createPlatform({
      settings,
      databases: databases.of,
      logs,
      observation,
      publicUrl: () => settings.payments.publicUrl ?? gatewayUrl,
      ownPorts: () => [...ownPorts],
    }),
  )
  undo.add(platform.stop)
  const { port } = await platform.gateway.listen()
  ownPorts.add(port)
  const ports =
    config.port === defaultPort
      ? await openPorts(() => databases.postgres.port)
      : new Map<StoringService, DatabasePort>()
  for (const each of ports.values()) ownPorts.add(each.port)
  undo.add(async () => void (await Promise.all([...ports.values()].map((each) => each.close()))))

  const scheme = settings.gateway.tls === undefined ? 'http' : 'https'
  gatewayUrl = `${scheme}://${browsableHost(config.host)}:${port}`
  const urls = readerUrls(databases, ports)
  const instance = {
    pid: process.pid,
    version,
    gateway_url: gatewayUrl,
    databases: Object.fromEntries(services.map((service) => [service, { url: urls[service] }])) as Record<
      Exclude<ServiceName, 'gateway'>,
      { url: string }
    >,
  }
  await writeInstance(directory.path, instance)
  undo.add(() => removeInstance(directory.path))
  const facts = {
    gatewayUrl,
    sites: { dashboard: isThere(settings.gateway.sites.dashboard), docs: isThere(settings.gateway.sites.docs) },
    inClear: listensInClear(settings.gateway),
    registrationOpen: settings.auth.registrationOpen,
    usualAddress: scheme === 'http' && config.port === defaultPort && browsableHost(config.host) === defaultHost,
    dataDir: directory.path,
    usualDataDir: directory.path === resolve(defaultDataDir),
    ephemeral: config.ephemeral,
    seconds: progress.seconds(),
    logFile: logs.path,
    databaseUrls: urls,
    takenPorts: config.port === defaultPort ? services.filter((service) => !ports.has(service)) : [],
    colour: styleText('bold', 'x', { stream: process.stdout }) !== 'x',
  }
  process.stdout.write(config.json ? readyLine(instance, facts) : banner(facts))
  const endMsMax = settings.gateway.drainMs + stopMsMax
  return { failed: databases.failed, stop: undo.all, endMsMax, abandon: databases.postgres.abandon }
}

/** Starts everything; what was started before a failure is stopped again. @throws StartError and friends, one sentence each */
export const run = async (config: EmbeddedConfig, version: string): Promise<Running> => {
  const undo = createUndo()
  try {
    return await start(config, version, undo)
  } catch (error) {
    await undo.all().catch(() => {})
    throw error
  }
}
