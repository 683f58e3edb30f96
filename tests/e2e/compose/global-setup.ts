import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { atUntimelyEnd, removeNow } from '../../../packages/testing/src/untimely-end.ts'
import type { Described } from './remote.ts'
import { createWorld, type World } from './world.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for what compose.yaml starts. */
    composeWorld: string
  }
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Two of each, as an operator would scale them out; without limits, since every test comes from one address. */
const scale = { gateway: 2, auth: 2, payments: 2, ledger: 2, events: 2 }
// The tests' own servers are on this machine.
const variables = {
  MICRO_RATE_LIMIT: '0',
  MICRO_IP_RATE_LIMIT: '0',
  MICRO_LOGIN_RATE_LIMIT: '0',
  MICRO_WEBHOOK_NETWORKS: 'loopback',
}

const describe = (world: World): Described => ({
  image: world.image,
  volumes: world.volumes,
  gateways: [1, 2].map((replica) => `http://${world.address('gateway', replica)}`),
  databases: Object.fromEntries(
    (['auth', 'payments', 'ledger', 'events'] as const).map((service) => [
      service,
      `postgres://user:password@${world.address(`${service}-db`)}/${world.file.services[`${service}-db`]?.environment?.['MICRO_DATABASE']}`,
    ]),
  ) as Described['databases'],
  containers: [...world.containers.values()].map(({ name, pid, starts, log }) => ({
    name,
    pid: pid ?? 0,
    starts,
    log,
  })),
})

const bodyOf = async (request: IncomingMessage): Promise<Record<string, string>> => {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += String(piece)
  return JSON.parse(text === '' ? '{}' : text) as Record<string, string>
}

/** Once per run: test files share what compose.yaml starts, begun before the first that needs it and ended after the last. */
export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), 'micro-compose-'))
  await chmod(directory, 0o755)
  let starting: Promise<World> | undefined
  let killNow = (): void => {}
  const started = (): Promise<World> =>
    (starting ??= createWorld({ root, directory, variables, scale, killable: (kill) => (killNow = kill) }))

  // Builds the image while other files run; whoever asks for it hears what went wrong.
  void started().catch(() => {})

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const world = await started()
    const [, what = '', name = ''] = (request.url ?? '/').split('/')
    if (request.method === 'GET') return describe(world)
    if (request.method === 'POST') {
      const { container, address } = await world.add(what, await bodyOf(request))
      return { name: container.name, url: `http://${address}` }
    }
    return { problem: await world.containers.get(name)?.stop() }
  }
  const server = createServer((request, response: ServerResponse) => {
    answer(request).then(
      (found) => response.writeHead(200).end(JSON.stringify(found)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('composeWorld', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const callOff = atUntimelyEnd(() => {
    killNow()
    removeNow(directory)
  })
  return async () => {
    server.close()
    server.closeAllConnections()
    const running = await starting?.catch(() => undefined)
    try {
      await running?.stop()
    } finally {
      killNow()
      await rm(directory, { recursive: true, force: true, maxRetries: 3 })
      callOff()
    }
  }
}
