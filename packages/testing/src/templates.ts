import { access } from 'node:fs/promises'
import { migrate, provisionService } from '@micro/postgres'
import { startTestCluster, type TestCluster } from './test-cluster.ts'
import { closeTemplate } from './test-database.store.ts'

/** What a test needs in order to clone a template. */
export type Template = { database: string; service: string; superuserUrl: string; ownerUrl: string; appUrl: string }

/** Schema without migrations, for tests that bring their own tables. */
export const scratch = 'scratch'

const migrationsOf = (service: string) => new URL(`../../../services/${service}/migrations/`, import.meta.url)

const passwords = { owner: 'owner', app: 'app' }

const buildTemplate = async ({ postgres }: TestCluster, service: string): Promise<Template> => {
  const database = `template_${service}`
  const { superuserUrl } = postgres
  const urls = await provisionService({ superuserUrl, service, database, passwords })
  if (service !== scratch) await migrate({ url: urls.ownerUrl, schema: service, directory: migrationsOf(service) })
  await closeTemplate(superuserUrl('postgres'), database)
  return { database, service, superuserUrl: superuserUrl('postgres'), ...urls }
}

const exists = (place: URL) =>
  access(place).then(
    () => true,
    () => false,
  )

/**
 * Starts the run's cluster when the first test asks, and migrates each service's template once; runs that need no
 * database start none.
 */
export const createTemplates = () => {
  let cluster: Promise<TestCluster> | undefined
  let running: TestCluster | undefined
  const built = new Map<string, Promise<Template>>()

  const start = async () => (running = await startTestCluster())

  const build = async (service: string): Promise<Template> => buildTemplate(await (cluster ??= start()), service)

  return {
    /** The service's template; undefined when the service has no migrations. */
    get: async (service: string): Promise<Template | undefined> => {
      if (service !== scratch && !(await exists(migrationsOf(service)))) return undefined
      const template = built.get(service) ?? build(service)
      built.set(service, template)
      return template
    },
    stop: async () => (await cluster)?.stop(),
    killNow: () => running?.killNow(),
  }
}
