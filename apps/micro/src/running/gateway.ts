import type { Access } from '../session/api.ts'
import type { Context } from '../shell/shell.ts'
import { findInstance, type Instance } from './instance.ts'

export interface RunningGateway {
  readonly access: Access
  /** What runs on the data directory, where that is whose gateway it is. */
  readonly instance: Instance | undefined
}

/** The flag of commands that look for a Micro of this machine. */
export const dataDirFlag = ['--data-dir <path>', 'the data directory that "micro up" was given', '.micro'] as const

/**
 * Which gateway a command about an installation means: the one a flag or the environment names, else the one that runs
 * on the data directory, else that of the settings file. @throws Failure
 */
export const runningGateway = async (context: Context, dataDir: string): Promise<RunningGateway> => {
  const { gatewayUrl, gatewayUrlOrigin } = await context.settings()
  const { version } = context
  const isNamed = gatewayUrlOrigin === 'flag' || gatewayUrlOrigin === 'environment'
  const instance = isNamed ? undefined : await findInstance(dataDir)
  return { access: { gatewayUrl: instance?.gateway_url ?? gatewayUrl, version }, instance }
}
