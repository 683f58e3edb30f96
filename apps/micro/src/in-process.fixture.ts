import { Readable } from 'node:stream'
import { readEnvironment } from './config.ts'
import { run } from './run.ts'

export interface InProcessOptions {
  readonly input?: string
  /** Standard error is a terminal. */
  readonly terminal?: boolean
  /** In place of a key, and of settings that are not there. */
  readonly env?: Readonly<Record<string, string>>
}

/** The program in this process, as the key of a gateway: quick, for what needs no process of its own. */
export const inProcess = async (
  args: readonly string[],
  { input = '', terminal = false, env }: InProcessOptions = {},
) => {
  let stdout = ''
  let stderr = ''
  const code = await run(args, {
    environment: readEnvironment(env ?? { MICRO_CONFIG: '/nonexistent/micro.yaml', MICRO_API_KEY: 'sk_test_x' }),
    stdin: Readable.from([Buffer.from(input)]) as unknown as NodeJS.ReadStream,
    clock: { now: () => new Date(0) },
    version: '1.2.3',
    programUrl: import.meta.url,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text), isTTY: terminal },
  })
  return { code, stdout, stderr }
}
