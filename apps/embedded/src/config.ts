import { isAbsolute, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** How this installation runs; every setting comes from a flag or the environment, nothing else reads either. */
export interface EmbeddedConfig {
  readonly port: number
  readonly host: string
  /** Absolute path. Ignored when ephemeral. */
  readonly dataDir: string
  readonly ephemeral: boolean
  /** Standard output is for a program: one line once it is ready, and nothing else. */
  readonly json: boolean
  /** The environment, for the services' own configuration readers. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The port under which the databases also answer at the original's addresses. */
export const defaultPort = 8080
export const defaultHost = '127.0.0.1'
/** Below the folder the command is typed in; `micro db` looks there too. */
export const defaultDataDir = '.micro'

/** A setting that cannot work, told in one sentence. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const readPort = (text: string): number => {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new ConfigError(`--port must be a number from 0 to 65535, got '${text}'.`)
  return port
}

const readHost = (text: string): string => {
  if (!/^[A-Za-z0-9.:_-]+$/.test(text))
    throw new ConfigError(`--host must be an address or a host name, got '${text}'.`)
  return text
}

/** @throws ConfigError */
export const readConfig = (args: readonly string[], env: NodeJS.ProcessEnv = process.env): EmbeddedConfig => {
  const parse = () =>
    parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(defaultPort) },
        host: { type: 'string', default: defaultHost },
        'data-dir': { type: 'string', default: defaultDataDir },
        ephemeral: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }).values
  let values: ReturnType<typeof parse>
  try {
    values = parse()
  } catch (error) {
    throw new ConfigError((error as Error).message)
  }
  const dataDir = values['data-dir']
  if (dataDir === '') throw new ConfigError('--data-dir must not be empty.')
  return {
    port: readPort(values.port),
    host: readHost(values.host),
    dataDir: isAbsolute(dataDir) ? dataDir : resolve(dataDir),
    ephemeral: values.ephemeral,
    json: values.json,
    env,
  }
}
