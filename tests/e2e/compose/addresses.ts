/** Where each container answers: a free port of this machine, which stands for a port of a machine of its own. */
import { freePort } from '../../../packages/testing/src/places.ts'
import { reachableFrom, type ComposeFile } from './file.ts'
import type { BaseImage } from './images.ts'
import type { Names } from './places.ts'

export interface Addresses {
  /** Takes a port for a container and tells its number among those of its service, from 1. */
  take(service: string): Promise<number>
  portOf(service: string, replica: number): number
  /** What the container finds by name. Each replica finds its own of the others, as far as there are as many. */
  namesFor(service: string, replica: number): Names
}

/** Where a service listens inside its container. */
export const innerPort = (file: ComposeFile, images: Readonly<Record<string, BaseImage>>, service: string) => {
  const { image = '', environment } = file.services[service] ?? {}
  const variable = images[image]?.portVariable
  const port = variable === undefined ? undefined : environment?.[variable]
  return port === undefined ? undefined : String(port)
}

export const createAddresses = (file: ComposeFile, images: Readonly<Record<string, BaseImage>>): Addresses => {
  const ports = new Map<string, number[]>()

  const portOf = (service: string, replica: number): number => {
    const taken = ports.get(service) ?? []
    return taken[Math.min(replica, taken.length) - 1] ?? 0
  }
  return {
    async take(service) {
      const taken = ports.get(service) ?? []
      ports.set(service, taken)
      // Counted before anything is waited for: two may come at once.
      const replica = taken.push(0)
      taken[replica - 1] = await freePort()
      return replica
    },
    portOf,
    namesFor: (service, replica) =>
      new Map(
        reachableFrom(file, service).map((other) => [
          `${other}:${innerPort(file, images, other)}`,
          `127.0.0.1:${portOf(other, replica)}`,
        ]),
      ),
  }
}
