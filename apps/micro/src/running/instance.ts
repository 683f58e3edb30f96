import { join } from 'node:path'
import { readGatewayUrl } from '../settings/settings.ts'
import { Failure } from '../shell/failure.ts'
import { readOwnFile } from './own-file.ts'
import { isAlive } from './processes.ts'
import { isOfThisMachine } from './this-machine.ts'

const name = 'instance.json'

/** What a running installation says about itself in `<data-dir>/instance.json`. */
export interface Instance {
  readonly pid: number
  readonly version?: string
  readonly gateway_url?: string
  readonly databases: Readonly<Record<string, { readonly url: string; readonly reader_url?: string }>>
}

const parse = (text: string): Instance | undefined => {
  try {
    const value = JSON.parse(text) as Partial<Instance> | null
    return Number.isInteger(value?.pid) && typeof value?.databases === 'object' ? (value as Instance) : undefined
  } catch {
    return undefined
  }
}

/** Its gateway's address as it is used: no text of a file is opened or called unread. */
const gatewayUrlOf = (dataDir: string, text: unknown): string => {
  try {
    const url = readGatewayUrl(String(text))
    if (isOfThisMachine(url)) return url
  } catch {
    // Told below, with where it stands.
  }
  throw new Failure(
    `${join(dataDir, name)} names no gateway of this machine. Name the one you mean with --gateway-url, or start Micro again.`,
  )
}

/**
 * What runs on this data directory; undefined when nothing does. @throws Failure when it belongs to somebody else, or
 * names a gateway that is not of this machine
 */
export const findInstance = async (dataDir: string): Promise<Instance | undefined> => {
  const instance = parse((await readOwnFile(dataDir, name)) ?? '')
  // A file whose process is gone was left behind by a crash.
  if (instance === undefined || !isAlive(instance.pid)) return undefined
  const { gateway_url: text } = instance
  return text === undefined ? instance : { ...instance, gateway_url: gatewayUrlOf(dataDir, text) }
}

/** @throws Failure when nothing runs on this data directory */
export const readInstance = async (dataDir: string): Promise<Instance> => {
  const instance = await findInstance(dataDir)
  if (instance !== undefined) return instance
  throw new Failure(
    `No Micro is running on the data directory ${dataDir}. Start it with: micro up, or name another with --data-dir.`,
  )
}
