import { randomBytes } from 'node:crypto'
import { createDatabase, type Database } from '@micro/postgres'
import { inject } from 'vitest'
import { scratch, type Template } from './templates.ts'
import { cloneDatabase, dropDatabase } from './test-database.store.ts'

export type DatabaseService = 'auth' | 'payments' | 'ledger' | 'events'

export interface TestDatabase extends AsyncDisposable {
  /** As the service runs: `<service>_app`. */
  db: Database
  /** As its migrations run: `<service>_owner`. */
  owner: Database
  /** This database, as superuser: for what no service may do. */
  superuserUrl: string
  urls: { app: string; owner: string }
  /** Closes both and drops the database. */
  close(): Promise<void>
}

const findTemplate = async (service: string): Promise<Template> => {
  const response = await fetch(new URL(`/${service}`, inject('microTemplates')))
  if (!response.ok) throw new Error(`no database for ${service}: ${await response.text()}`)
  return (await response.json()) as Template
}

const withDatabase = (url: string, database: string) => {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

const cloneTemplate = async (service: string, poolSize: number): Promise<TestDatabase> => {
  const template = await findTemplate(service)
  const name = `test_${service}_${randomBytes(6).toString('hex')}`
  await cloneDatabase(template.superuserUrl, { name, template: template.database, service })
  const urls = { app: withDatabase(template.appUrl, name), owner: withDatabase(template.ownerUrl, name) }
  const db = createDatabase({ url: urls.app, poolSize, applicationName: `${service} test` })
  const owner = createDatabase({ url: urls.owner, poolSize, applicationName: `${service} test owner` })
  const close = async () => {
    await Promise.all([db.close(), owner.close()])
    await dropDatabase(template.superuserUrl, name)
  }
  return {
    db,
    owner,
    urls,
    close,
    superuserUrl: withDatabase(template.superuserUrl, name),
    [Symbol.asyncDispose]: close,
  }
}

/** A migrated database of its own for a test file, so that files run side by side. */
export const testDatabase = (service: DatabaseService, { poolSize = 10 } = {}): Promise<TestDatabase> =>
  cloneTemplate(service, poolSize)

/** An empty database with schema `scratch`, roles `scratch_owner` and `scratch_app`. */
export const scratchDatabase = ({ poolSize = 10 } = {}): Promise<TestDatabase> => cloneTemplate(scratch, poolSize)
