/** From a service of compose.yaml to the process that stands for one of its containers. */
import { join } from 'node:path'
import { serverUser } from '../../../packages/postgres/src/embedded/user.ts'
import type { ContainerSpec, Health, User } from './container.ts'
import { milliseconds, type ComposeService } from './file.ts'
import type { BaseImage } from './images.ts'
import { located, preparePlaces, resolved, resolveEnvFile, type Names, type Places } from './places.ts'

/** Stands for the user of every container but root's: some programs want one that this machine knows by name. */
export const machineUser = serverUser()

const userOf = (text: string): User | undefined => (text === '0:0' ? undefined : machineUser)

/** `999:999` as a word of a command is the owner of files: here, whoever runs the containers. */
const ownerHere = (word: string): string => {
  const { uid, gid } = machineUser ?? { uid: process.getuid?.(), gid: process.getgid?.() }
  return /^\d+:\d+$/.test(word) ? `${uid}:${gid}` : word
}

const healthOf = ({ healthcheck }: ComposeService, places: Places): Health | undefined => {
  if (healthcheck === undefined) return undefined
  const [kind, ...words] = healthcheck.test.map((word) => located(word, places))
  return {
    words: kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...words] : words,
    timeoutMs: milliseconds(healthcheck.timeout),
    patienceMs: milliseconds(healthcheck.start_period) + healthcheck.retries * milliseconds(healthcheck.interval),
  }
}

const environmentOf = (options: {
  service: ComposeService
  image: BaseImage
  places: Places
  names: Names
  port: number
}): Record<string, string> => {
  const { service, image, places, names, port } = options
  const given = Object.entries({ ...image.env, ...service.environment }).map(
    ([variable, value]) => [variable, resolved(located(String(value), places), names)] as const,
  )
  const scripts = [...places].filter(([target]) => target.startsWith('/docker-entrypoint-initdb.d/'))
  const listens = service.environment?.[image.portVariable] !== undefined
  return {
    ...image.programs,
    ...Object.fromEntries(given),
    INITDB_SCRIPTS: scripts.map(([, path]) => path).join(' '),
    ...(listens ? { [image.portVariable]: String(port) } : {}),
  }
}

export interface SpecOptions {
  readonly name: string
  readonly service: ComposeService
  readonly image: BaseImage
  /** Stands for the working directory of our own image. */
  readonly imageFolder: string
  readonly root: string
  readonly directory: string
  readonly names: Names
  readonly port: number
}

/** Lays out what the container sees, and tells how to start it. */
export const containerSpec = async (options: SpecOptions): Promise<ContainerSpec> => {
  const { name, service, image, root, directory, names } = options
  const user = userOf(service.user)
  const own = join(directory, 'containers', name)
  const places = await preparePlaces({ service, image, root, volumes: join(directory, 'volumes'), own, user })
  for (const word of service.command) {
    const envFile = /^--env-file=(.+)$/.exec(word)?.[1]
    if (envFile === undefined) continue
    const copy = join(own, 'env')
    await resolveEnvFile({ path: located(envFile, places), copy, names, user })
    places.set(envFile, copy)
  }
  const words = service.command.map((word) => ownerHere(located(word, places)))
  return {
    name,
    words: [...image.entrypoint, ...words],
    env: environmentOf({ ...options, places }),
    cwd: service.build === undefined ? located(image.workdir, places) : options.imageFolder,
    user,
    health: healthOf(service, places),
    restarts: service.restart === 'unless-stopped',
    stopSignal: image.stopSignal,
    stopMs: milliseconds(service.stop_grace_period ?? '10s'),
  }
}
