import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ConfigurationError } from '@micro/service'

/** What the gateway proves itself with: PEM texts, the certificate with its chain. The key is a secret. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

const names = { cert: 'MICRO_TLS_CERT_FILE', key: 'MICRO_TLS_KEY_FILE' } as const

/**
 * Reads certificate and key, and tries them: what does not fit is told at the start and not at the first handshake.
 * Undefined when neither path is given. @throws ConfigurationError that names the settings, never what the files hold
 */
export const readTlsFiles = (paths: { cert: string; key: string }): TlsFiles | undefined => {
  if (paths.cert === '' && paths.key === '') return undefined
  const problems: string[] = []
  const read = (part: keyof typeof names): Buffer => {
    try {
      if (paths[part] !== '') return readFileSync(paths[part])
      problems.push(`${names[part]} is missing: certificate and key belong together`)
    } catch (error) {
      problems.push(`${names[part]} cannot be read: ${(error as Error).message}`)
    }
    return Buffer.alloc(0)
  }
  const files = { cert: read('cert'), key: read('key') }
  if (problems.length > 0) throw new ConfigurationError(problems)
  try {
    createSecureContext(files)
  } catch (error) {
    throw new ConfigurationError([`${names.cert} and ${names.key} cannot be used: ${(error as Error).message}`])
  }
  return files
}
