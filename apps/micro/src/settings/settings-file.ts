import { chmod, readFile, stat } from 'node:fs/promises'
import { Failure } from '../shell/failure.ts'
import { fileReason, isMissing } from '../shell/file-reason.ts'
import { replaceFile } from '../shell/replace-file.ts'
import { withFileLock } from './file-lock.ts'
import { FlatYamlError, formatFlatYaml, parseFlatYaml, type Values } from './flat-yaml.ts'

/** Bits that let others than the owner in. */
const othersMay = 0o077

const unusable = (path: string, verb: string, error: unknown): unknown => {
  if (error instanceof FlatYamlError) return new Failure(`The config file ${path} cannot be read: ${error.message}.`)
  const reason = fileReason(error)
  return reason === undefined
    ? error
    : new Failure(`The config file ${path} cannot be ${verb}: ${reason}.`, { cause: error })
}

/** The file holds secrets; one that others may read is closed to them, and its owner told. */
const closeToOthers = async (path: string, note: (line: string) => void): Promise<void> => {
  if (process.platform === 'win32') return
  const { mode } = await stat(path)
  if ((mode & othersMay) === 0) return
  await chmod(path, 0o600)
  note(`Note: ${path} could be read by others; it holds secrets, so only you may now.`)
}

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}

/** What the settings file says; nothing when there is none. @throws Failure */
export const readSettingsFile = async (path: string, note: (line: string) => void): Promise<Values> => {
  try {
    const text = await readText(path)
    const values = parseFlatYaml(text)
    if (text !== '') await closeToOthers(path, note)
    return values
  } catch (error) {
    throw unusable(path, 'read', error)
  }
}

/**
 * Changes the settings file while no other `micro` does. `change` sees what is there now and may do slow work, such as
 * trading a token in for another, whose result must not be lost. A value of undefined removes its key.
 * @throws Failure
 */
export const updateSettingsFile = async (
  path: string,
  change: (current: Values) => Promise<Readonly<Record<string, string | undefined>>>,
): Promise<void> => {
  try {
    await withFileLock(path, async () => {
      const earlier = await readText(path)
      const current = parseFlatYaml(earlier)
      const changed = Object.entries({ ...current, ...(await change(current)) })
      const values = Object.fromEntries(changed.filter((entry): entry is [string, string] => entry[1] !== undefined))
      await replaceFile(path, formatFlatYaml(values, earlier))
    })
  } catch (error) {
    throw unusable(path, 'written', error)
  }
}
