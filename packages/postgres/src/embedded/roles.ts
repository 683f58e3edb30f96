import type pg from 'pg'
import { withClient } from '../client.ts'
import { readerRole } from '../reader.ts'
import {
  closeLargeObjects,
  closeToPublic,
  createDatabaseOwnedBy,
  databaseExists,
  ensureLogin,
  ensureSchema,
  grantConnect,
  keepAdvisoryLocksFor,
  setSearchPath,
} from './roles.store.ts'

/** Of the server's 200: whoever looks in must not keep the services out. */
const readerConnectionsMax = 40

type SuperuserUrl = (database: string) => string

const asSuperuser = <T>(url: string, work: (client: pg.Client) => Promise<T>) =>
  withClient({ url, applicationName: 'micro provisioning' }, work)

export type ServiceRoles = {
  superuserUrl: SuperuserUrl
  /** The service's name is the name of its schema and the stem of its roles. */
  service: string
  database: string
  passwords: { owner: string; app: string }
}

const loginUrl = (superuserUrl: string, { user, password }: { user: string; password: string }) => {
  const url = new URL(superuserUrl)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url.href
}

/**
 * Makes sure of a service's database, its `<service>_owner` (owns database and schema, runs the migrations) and its
 * `<service>_app` (may connect; what it may touch is granted by the migrations). Repeatable; sets the passwords.
 */
export const provisionService = async (options: ServiceRoles): Promise<{ ownerUrl: string; appUrl: string }> => {
  const { superuserUrl, service, database, passwords } = options
  const owner = `${service}_owner`
  const app = `${service}_app`
  await asSuperuser(superuserUrl('postgres'), async (client) => {
    await ensureLogin(client, { name: owner, password: passwords.owner })
    // Tables every service has (outbox, idempotency keys) are named without a schema in shared code.
    await ensureLogin(client, { name: app, password: passwords.app, settings: { search_path: service } })
    if (!(await databaseExists(client, database))) await createDatabaseOwnedBy(client, { name: database, owner })
    await closeToPublic(client, database)
    await grantConnect(client, { database, role: app })
  })
  await asSuperuser(superuserUrl(database), async (client) => {
    await closeLargeObjects(client)
    await keepAdvisoryLocksFor(client, [owner, app])
    await ensureSchema(client, { schema: service, owner })
  })
  return {
    ownerUrl: loginUrl(superuserUrl(database), { user: owner, password: passwords.owner }),
    appUrl: loginUrl(superuserUrl(database), { user: app, password: passwords.app }),
  }
}

export type ReaderOptions = {
  superuserUrl: SuperuserUrl
  /** The service's name is the name of its schema. */
  databases: { service: string; database: string }[]
  user?: string
  password?: string
}

/**
 * Makes sure of the login people look into the databases with: `user`/`password` by default, read-only. Repeatable.
 * What it sees is granted by each schema's owner, after the migrations: see `migrate`.
 */
export const provisionReader = async (options: ReaderOptions): Promise<void> => {
  const { superuserUrl, databases, user = readerRole, password = 'password' } = options
  const settings = { default_transaction_read_only: 'on', statement_timeout: '60s' }
  await asSuperuser(superuserUrl('postgres'), async (client) => {
    await ensureLogin(client, { name: user, password, settings, connectionsMax: readerConnectionsMax })
    // Everyone knows this login; in the databases no service owns it could fill the disk.
    for (const own of ['postgres', 'template1']) await closeToPublic(client, own)
    for (const { database, service } of databases) {
      await grantConnect(client, { database, role: user })
      // Whoever opens psql and types \d sees the service's tables, not an empty `public`.
      await setSearchPath(client, { database, role: user, schema: service })
    }
  })
}
