import type { Container } from './container.ts'
import type { ComposeFile } from './file.ts'

/** Starts every service once what it depends on is as it wants it; resolves when all are healthy. @throws Error with a log */
export const startInOrder = async (
  { services }: ComposeFile,
  create: (service: string) => Promise<Container[]>,
): Promise<void> => {
  const begun = new Map<string, Promise<Container[]>>()

  const start = async (service: string): Promise<Container[]> => {
    for (const [other, { condition }] of Object.entries(services[service]?.depends_on ?? {}))
      for (const container of await started(other)) {
        if (condition === 'service_healthy') await container.healthy()
        else if ((await container.completed()) !== 0) throw new Error(`${container.name} failed:\n${container.log}`)
      }
    const containers = await create(service)
    for (const container of containers) container.start()
    return containers
  }
  const started = (service: string): Promise<Container[]> => {
    const starting = begun.get(service) ?? start(service)
    begun.set(service, starting)
    return starting
  }

  const all = Object.entries(services).map(async ([service, { healthcheck }]) => {
    for (const container of await started(service)) if (healthcheck !== undefined) await container.healthy()
  })
  await Promise.all(all)
}
