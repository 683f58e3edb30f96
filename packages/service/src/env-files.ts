import { statSync } from 'node:fs'
import { ConfigurationError } from './settings.ts'

const othersMay = 0o077

/** The files that Node was told to read the environment from: `--env-file=path`, `--env-file path`, `--env-file-if-exists…`. */
const envFilesIn = (execArgv: readonly string[]): readonly string[] =>
  execArgv.flatMap((argument, at) => {
    const [, path] = /^--env-file(?:-if-exists)?(?:=(.*))?$/s.exec(argument) ?? []
    if (path !== undefined) return [path]
    const next = execArgv[at + 1]
    return /^--env-file(-if-exists)?$/.test(argument) && next !== undefined ? [next] : []
  })

/**
 * What others could read is no secret any more, so a process does not start on it.
 * @throws ConfigurationError naming each file and the command that closes it
 */
export const checkEnvFiles = (execArgv: readonly string[]): void => {
  if (process.platform === 'win32') return
  const open = envFilesIn(execArgv).filter((path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found?.isFile() === true && (found.mode & othersMay) !== 0
  })
  if (open.length === 0) return
  throw new ConfigurationError(
    open.map((path) => `${path} can be read by others on this machine; close it with: chmod 600 '${path}'`),
  )
}
