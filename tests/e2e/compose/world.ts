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
import { serverUser } from '../../../packages/postgres/src/embedded/user.ts'
import { freePort } from '../../../packages/testing/src/places.ts'
import { createContainer, type Container, type User } from './container.ts'
import { buildImage } from './dockerfile.ts'
import { composeText, milliseconds, reachableFrom, readCompose, type ComposeFile, type Variables } from './file.ts'
import { baseImages, postgresEntrypoint, type BaseImage } from './images.ts'
import { located, preparePlaces, resolved, resolveEnvFile } from './places.ts'

export interface WorldOptions {
  /** The checkout. */
  readonly root: string
  /** An empty folder that others may walk through. */
  readonly directory: string
  /** As in `.env`. */
  readonly variables: Variables
  /** How many of each service: one, unless it stands here. */
  readonly scale: Readonly<Record<string, number>>
}

export interface World {
  /** What the image of ours holds below its working directory. */
  readonly image: string
  readonly file: ComposeFile
  readonly containers: ReadonlyMap<string, Container>
  /** Where a service answers; replicas count from 1. */
  address(service: string, replica?: number): string
  /** One more container of a service, under other variables. */
  add(service: string, variables: Variables): Promise<{ container: Container; address: string }>
  /** Ends everything, the last started first. @throws Error when something did not end in order */
  stop(): Promise<void>
  killNow(): void
}

/** Steps of the image's build find npm's settings and cache where this machine has them. */
const buildEnvironment = (programs: string): Record<string, string> => {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(HOME|NODE_EXTRA_CA_CERTS|npm_config_.*|https?_proxy)$/i.test(name),
  )
  return { ...(Object.fromEntries(kept) as Record<string, string>), PATH: `${programs}:${process.env['PATH'] ?? ''}` }
}

/** Stands for the user of every container but root's: some programs want one that this machine knows by name. */
const machineUser = serverUser()

const userOf = (text: string): User | undefined => (text === '0:0' ? undefined : machineUser)

/** `999:999` as a word of a command is the owner of files: here, whoever runs the containers. */
const ownerHere = (word: string): string => {
  const { uid, gid } = machineUser ?? { uid: process.getuid?.(), gid: process.getgid?.() }
  return /^\d+:\d+$/.test(word) ? `${uid}:${gid}` : word
}

export const createWorld = async (options: WorldOptions): Promise<World> => {
  const { root, directory, scale } = options
  const text = composeText(root)
  const file = readCompose(text, options.variables)
  const programs = join(directory, 'programs')
  await mkdir(programs)
  for (const [from, name] of [
    [process.execPath, 'node'],
    [postgresEntrypoint, 'postgres-entrypoint.sh'],
  ] as const) {
    await copyFile(from, join(programs, name))
    await chmod(join(programs, name), 0o755)
  }
  const images = await baseImages(programs, machineUser)
  const built = await buildImage({
    context: root,
    directory: join(directory, 'image'),
    environment: buildEnvironment(programs),
  })

  const containers = new Map<string, Container>()
  const ports = new Map<string, number>()
  const countOf = (service: string): number => scale[service] ?? 1
  const portOf = (service: string, replica: number): number =>
    ports.get(`${service}-${Math.min(replica, countOf(service))}`) ?? 0

  const imageOf = (service: string, from: ComposeFile): BaseImage => {
    const name = from.services[service]?.image ?? ''
    const image = images[name]
    if (image === undefined) throw new Error(`compose.yaml: no image ${name}`)
    return image
  }
  const innerPort = (service: string): string | undefined => {
    const port = file.services[service]?.environment?.[imageOf(service, file).portVariable]
    return port === undefined ? undefined : String(port)
  }

  const namesFor = (service: string, replica: number): Map<string, string> =>
    new Map(
      reachableFrom(file, service).map((other) => [
        `${other}:${innerPort(other)}`,
        `127.0.0.1:${portOf(other, replica)}`,
      ]),
    )

  const create = async (service: string, replica: number, from: ComposeFile): Promise<Container> => {
    const definition = from.services[service]
    if (definition === undefined) throw new Error(`compose.yaml: no service ${service}`)
    const name = `${service}-${replica}`
    const own = join(directory, 'containers', name)
    const image = imageOf(service, from)
    const user = userOf(definition.user)
    const places = await preparePlaces({
      service: definition,
      image,
      root,
      volumes: join(directory, 'volumes'),
      own,
      user,
    })
    const names = namesFor(service, replica)
    for (const word of definition.command) {
      const envFile = /^--env-file=(.+)$/.exec(word)?.[1]
      if (envFile === undefined) continue
      const copy = join(own, 'env')
      await resolveEnvFile({ path: located(envFile, places), copy, names, user })
      places.set(envFile, copy)
    }
    const here = (each: string): string => located(each, places)
    const scripts = [...places].filter(([target]) => target.startsWith('/docker-entrypoint-initdb.d/'))
    const given = Object.entries({ ...image.env, ...definition.environment }).map(
      ([variable, value]) => [variable, resolved(here(String(value)), names)] as const,
    )
    const env = {
      ...image.programs,
      ...Object.fromEntries(given),
      ...(scripts.length === 0 ? {} : { INITDB_SCRIPTS: scripts.map(([, path]) => path).join(' ') }),
      ...(innerPort(service) === undefined ? {} : { [image.portVariable]: String(ports.get(name)) }),
    }
    const { healthcheck } = definition
    const test = healthcheck?.test.map(here)
    const container = createContainer({
      name,
      words: [...image.entrypoint, ...definition.command.map(here).map(ownerHere)],
      env,
      cwd: definition.build === undefined ? here(image.workdir) : built.workdir,
      user,
      health:
        healthcheck && test
          ? {
              words: test[0] === 'CMD-SHELL' ? ['/bin/sh', '-c', ...test.slice(1)] : test.slice(1),
              timeoutMs: milliseconds(healthcheck.timeout),
              patienceMs:
                milliseconds(healthcheck.start_period) + healthcheck.retries * milliseconds(healthcheck.interval),
            }
          : undefined,
      restarts: definition.restart === 'unless-stopped',
      stopSignal: image.stopSignal,
      stopMs: milliseconds(definition.stop_grace_period ?? '10s'),
    })
    containers.set(name, container)
    return container
  }

  for (const service of Object.keys(file.services))
    for (let replica = 1; replica <= countOf(service); replica++) ports.set(`${service}-${replica}`, await freePort())

  /** The number of the last container of each service that was added. */
  const added = new Map<string, number>()
  const isRunning = new Map<string, Promise<Container[]>>()
  /** Starts a service once what it depends on is as it wants it. */
  const run = (service: string): Promise<Container[]> => {
    const begun = isRunning.get(service)
    if (begun !== undefined) return begun
    const starting = (async () => {
      for (const [other, { condition }] of Object.entries(file.services[service]?.depends_on ?? {})) {
        const needed = await run(other)
        for (const container of needed) {
          if (condition === 'service_healthy') await container.healthy()
          else if ((await container.completed()) !== 0) throw new Error(`${container.name} failed:\n${container.log}`)
        }
      }
      const replicas = Array.from({ length: countOf(service) }, (_, at) => at + 1)
      const made = await Promise.all(replicas.map((replica) => create(service, replica, file)))
      for (const container of made) container.start()
      return made
    })()
    isRunning.set(service, starting)
    return starting
  }

  const address = (service: string, replica = 1): string => `127.0.0.1:${portOf(service, replica)}`
  const killNow = (): void => containers.forEach((container) => container.killNow())
  try {
    await Promise.all(Object.keys(file.services).map(run))
    const waiting = [...containers.values()].filter(({ name }) => !name.startsWith('setup-'))
    await Promise.all(waiting.map((container) => container.healthy()))
  } catch (error) {
    killNow()
    throw error
  }

  return {
    image: built.workdir,
    file,
    containers,
    address,
    async add(service, variables) {
      const replica = (added.get(service) ?? countOf(service)) + 1
      added.set(service, replica)
      ports.set(`${service}-${replica}`, await freePort())
      const container = await create(service, replica, readCompose(text, { ...options.variables, ...variables }))
      container.start()
      await container.healthy()
      return { container, address: `127.0.0.1:${ports.get(container.name)}` }
    },
    async stop() {
      const problems: (string | undefined)[] = []
      for (const container of [...containers.values()].reverse()) problems.push(await container.stop())
      const told = problems.filter((problem) => problem !== undefined)
      if (told.length > 0) throw new Error(told.join('\n'))
    },
    killNow,
  }
}
