import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceName } from '@micro/contracts'

/** What a running installation tells the CLI about itself, in `<data-dir>/instance.json` (0600). */
export interface Instance {
  readonly pid: number
  readonly version: string
  readonly gateway_url: string
  readonly databases: Readonly<Record<Exclude<ServiceName, 'gateway'>, { readonly url: string }>>
}

const pathIn = (dataDir: string): string => join(dataDir, 'instance.json')

export const writeInstance = async (dataDir: string, instance: Instance): Promise<void> => {
  const path = pathIn(dataDir)
  await writeFile(`${path}.new`, `${JSON.stringify(instance, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

export const removeInstance = (dataDir: string): Promise<void> => rm(pathIn(dataDir), { force: true })
