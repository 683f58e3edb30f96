import { redisBus } from '@micro/bus/redis'
import type { BusMessages, Principal, ServiceName } from '@micro/contracts'
import { createIds, systemClock } from '@micro/kernel'
import { createDatabase, migrate, MigrationError, type Database, type MigrateOptions } from '@micro/postgres'
import { createTokenSigner, createTokenVerifier } from '@micro/signing'
import type { Runtime } from './dependencies.ts'
import { checkEnvFiles } from './env-files.ts'
import type { DatabaseConfig, ProcessConfig } from './environment.ts'
import { createLogger } from './log.ts'
import { databaseObserver } from './metrics/database-metrics.ts'
import { watchBus } from './metrics/bus-metrics.ts'
import { startObservation } from './observation.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import { runProcess } from './run.ts'
import { serve } from './serve.ts'
import type { Service } from './service.ts'
import { readSettings } from './settings.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What a process lends to the service in it. */
export interface Host {
  readonly runtime: Runtime
  /** A token for a call to another service, in somebody's name: the gateway's alone to choose. */
  sign(audience: ServiceName, principal: Principal | undefined): Promise<string>
  /** A token for a call to another service, in this service's own name. */
  signAsSelf(audience: ServiceName): Promise<string>
  /**
   * Opens the service's database, after bringing its schema up to date, and showing people all but what is hidden, when
   * there is a login that may.
   */
  database(config: DatabaseConfig, schema: { migrations: URL; hidden: readonly string[] }): Promise<Database>
  /** Starts the service and its server. */
  serve(service: Service): Promise<Address>
  /** Who to ask whether the process can do its work, where it does not `serve` a service. */
  readyWhen(ready: () => Promise<Readiness>): void
  /** Something to undo at the end; the last added comes first. */
  atEnd(step: () => Promise<void> | void): void
}

const bringUpToDate = async (options: MigrateOptions): Promise<void> => {
  const { schema } = options
  try {
    await migrate(options)
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause
    throw new MigrationError(`the schema ${schema} could not be brought up to date: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/**
 * Runs a service as a process of its own, until it is asked to end: reads its settings, joins it with Redis, clock, log
 * and token keys, and ends in the reverse order of starting.
 */
export const runHosted = <C extends { readonly process: ProcessConfig }>(
  name: ServiceName,
  read: () => C,
  start: (host: Host, config: C) => Promise<Address>,
): Promise<void> =>
  runProcess(name, async (undo) => {
    // Told together: whoever closes a file should not learn only then what is wrong in it.
    const { including, done } = readSettings({})
    including(() => checkEnvFiles(process.execArgv))
    const config = done({ read: including(read) }).read
    const { host: address, port, drainMs, redisUrl, observe, tokens } = config.process
    // Whoever read our lines may be gone: no reason to end.
    process.stdout.on('error', () => {})
    const log = createLogger({ service: name, destination: process.stdout })
    const observation = await startObservation(observe, log)
    undo.add(() => observation.close())
    const { metrics, traces } = observation.of(name)
    const clock = systemClock
    const newId = createIds({ clock })
    const bus = redisBus<BusMessages>({ url: redisUrl, onError: (err) => log.warn({ err }, 'bus.failed') })
    undo.add(() => bus.close())
    watchBus(bus, metrics)
    const signer = createTokenSigner({ service: name, privateKey: tokens.privateKey, clock })
    const verifier = createTokenVerifier({ audience: name, publicKeys: tokens.publicKeys, clock })
    let ready: (() => Promise<Readiness>) | undefined
    const started = await start(
      {
        runtime: { bus, clock, newId, log, metrics, traces },
        sign: signer.sign,
        signAsSelf: (audience) => signer.sign(audience, { kind: 'service', service: name }),
        async database({ url, migrateUrl, poolSize, namedStatements }, { migrations, hidden }) {
          if (migrateUrl !== undefined)
            await bringUpToDate({
              url: migrateUrl,
              schema: name,
              directory: migrations,
              reader: { hidden },
              log: (line) => log.info({ schema: name }, line),
            })
          const observer = databaseObserver({ metrics, traces })
          const applicationName = `micro ${name}`
          const database = createDatabase({ url, applicationName, poolSize, namedStatements, observer })
          undo.add(() => database.close())
          return database
        },
        async serve(service) {
          ready = createReadiness({ check: service.ready, bus, log })
          const options = { service, ready, verifier, log, newId, metrics, traces }
          const served = await serve({ ...options, host: address, port, drainMs })
          undo.add(() => served.stop())
          return served
        },
        readyWhen: (given) => {
          ready = given
        },
        atEnd: (step) => undo.add(step),
      },
      config,
    )
    observation.started(ready === undefined ? {} : { [name]: ready })
    // Added last, so it comes first: nobody sends more to a process that is about to end.
    undo.add(() => observation.drain())
    return { log, drainMs, ...started }
  })
