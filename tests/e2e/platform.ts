import { inject } from 'vitest'
import { addContainer, composeWorld } from './compose/remote.ts'
import { micro, removeTemporaryDirectories } from './harness.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** How the suite's platform is run: all in one process, or as compose.yaml says. */
    way: 'embedded' | 'compose'
  }
}

export interface Platform {
  readonly url: string
  /** As people look into the databases. */
  readonly databases: Readonly<Record<'auth' | 'payments' | 'ledger' | 'events', string>>
  readonly stop: () => Promise<void>
}

type Options = {
  /** Settings of the gateway. Without any nothing is limited. */
  env?: Readonly<Record<string, string>>
}

const embedded = async ({ env }: Options): Promise<Platform> => {
  const { url, instance, stop } = await micro(env ? { env: { ...env } } : {})
  const { auth, payments, ledger, events } = instance.databases
  return {
    url,
    databases: { auth: auth.url, payments: payments.url, ledger: ledger.url, events: events.url },
    async stop() {
      await stop()
      await removeTemporaryDirectories()
    },
  }
}

const compose = async ({ env }: Options): Promise<Platform> => {
  const { gateways, databases } = await composeWorld()
  if (env === undefined) return { url: gateways[0] ?? '', databases, stop: removeTemporaryDirectories }
  const gateway = await addContainer('gateway', env)
  return {
    url: gateway.url,
    databases,
    async stop() {
      const problem = await gateway.stop()
      await removeTemporaryDirectories()
      if (problem !== undefined) throw new Error(problem)
    },
  }
}

/** The whole platform, run in the way the suite is run in: of its own, or shared with the other files. */
export const openPlatform = (options: Options = {}): Promise<Platform> =>
  inject('way') === 'compose' ? compose(options) : embedded(options)
