/**
 * Runs compose.yaml without a container engine: each container a process of its own, with its command, environment,
 * files, health check, order and restart policy.
 *
 * What an engine would do with name spaces is done by putting addresses and paths of this machine in: `auth-db:5432`
 * becomes 127.0.0.1 and a free port, in the environment and in the files of variables; /run/micro becomes the volume's
 * folder, wherever it is named. A name that a container shares no network with stays as it is, and leads nowhere. When
 * root runs the tests, what is not root's in its container runs as an unprivileged user here.
 */
import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createAddresses } from './addresses.ts'
import { createContainer, type Container } from './container.ts'
import { buildImage } from './dockerfile.ts'
import { composeText, readCompose, type ComposeFile, type Variables } from './file.ts'
import { baseImages, postgresEntrypoint } from './images.ts'
import { startInOrder } from './order.ts'
import { containerSpec, machineUser } from './spec.ts'

export interface WorldOptions {
  /** The checkout. */
  readonly root: string
  /** An empty folder that others may walk through. */
  readonly directory: string
  /** As in `.env`. */
  readonly variables: Variables
  /** How many of each service: one, unless it stands here. */
  readonly scale: Readonly<Record<string, number>>
  /** Told, before anything is started, how to kill whatever is. */
  readonly killable: (killNow: () => void) => void
}

export interface World {
  /** What the image of ours holds below its working directory. */
  readonly image: string
  /** Where each volume lies, under its name. */
  readonly volumes: string
  readonly file: ComposeFile
  readonly containers: ReadonlyMap<string, Container>
  /** Where a service answers; replicas count from 1. */
  address(service: string, replica?: number): string
  /** One more container of a service, under other variables. */
  add(service: string, variables: Variables): Promise<{ container: Container; address: string }>
  /** Ends everything, the last started first. @throws Error when something did not end in order */
  stop(): Promise<void>
}

/** Programs where every user finds them: the checkout may be nobody else's to enter. */
const bringPrograms = async (directory: string): Promise<string> => {
  const programs = join(directory, 'programs')
  await mkdir(programs)
  const copies = { node: process.execPath, 'postgres-entrypoint.sh': postgresEntrypoint }
  for (const [name, from] of Object.entries(copies)) {
    await copyFile(from, join(programs, name))
    await chmod(join(programs, name), 0o755)
  }
  return programs
}

/** The steps of the image's build find npm's settings and cache where this machine has them. */
const buildEnvironment = (programs: string): Record<string, string> => {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(HOME|NODE_EXTRA_CA_CERTS|npm_config_.*|https?_proxy)$/i.test(name),
  )
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: `${programs}:${process.env['PATH'] ?? ''}` }
}

/** Builds the image and starts everything. What was started before a failure is killed. @throws Error with the log */
export const createWorld = async (options: WorldOptions): Promise<World> => {
  const { root, directory, scale, variables } = options
  const text = composeText(root)
  const file = readCompose(text, variables)
  const programs = await bringPrograms(directory)
  const images = await baseImages(programs, machineUser)
  const environment = buildEnvironment(programs)
  const imageFolder = await buildImage({ context: root, directory: join(directory, 'image'), environment })
  const addresses = createAddresses(file, images)
  const containers = new Map<string, Container>()

  let killed = false
  const killNow = (): void => {
    killed = true
    containers.forEach((container) => container.killNow())
  }
  options.killable(killNow)

  const create = async (name: string, replica: number, from: ComposeFile): Promise<Container> => {
    const service = from.services[name]
    const image = images[service?.image ?? '']
    if (service === undefined || image === undefined) throw new Error(`compose.yaml: cannot run ${name}`)
    const spec = await containerSpec({
      name: `${name}-${replica}`,
      service,
      image,
      imageFolder,
      root,
      directory,
      names: addresses.namesFor(name, replica),
      port: addresses.portOf(name, replica),
    })
    // What else was on its way when something failed is not started any more.
    if (killed) throw new Error(`${spec.name} is not needed any more`)
    const container = createContainer(spec)
    containers.set(spec.name, container)
    return container
  }
  const address = (service: string, replica = 1): string => `127.0.0.1:${addresses.portOf(service, replica)}`

  const replicas = new Map<string, number[]>()
  for (const service of Object.keys(file.services)) {
    const taken = Array.from({ length: scale[service] ?? 1 }, () => addresses.take(service))
    replicas.set(service, await Promise.all(taken))
  }
  // As an operator says where browsers find it, once that is known.
  const known: Variables = { MICRO_PUBLIC_URL: `http://${address('gateway')}`, ...variables }
  const started = readCompose(text, known)
  try {
    await startInOrder(started, (service) =>
      Promise.all((replicas.get(service) ?? []).map((replica) => create(service, replica, started))),
    )
  } catch (error) {
    killNow()
    throw error
  }

  return {
    image: imageFolder,
    volumes: join(directory, 'volumes'),
    file,
    containers,
    address,
    async add(service, more) {
      const replica = await addresses.take(service)
      const container = await create(service, replica, readCompose(text, { ...known, ...more }))
      container.start()
      await container.healthy()
      return { container, address: address(service, replica) }
    },
    async stop() {
      const problems: string[] = []
      for (const container of [...containers.values()].reverse()) {
        const problem = await container.stop()
        if (problem !== undefined) problems.push(problem)
      }
      if (problems.length > 0) throw new Error(problems.join('\n'))
    },
  }
}
