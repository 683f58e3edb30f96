import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino'

/** JSON lines. Events are named `noun.verb_past` in the message; data goes in fields. */
export type Logger = PinoLogger

/** Whatever these members hold is nobody's to read, at any depth and in any case. */
const secretMembers: ReadonlySet<string> = new Set([
  'password',
  'current_password',
  'new_password',
  'token',
  'refresh_token',
  'authorization',
  'cookie',
  'key',
  'secret',
  'credential',
  'client_secret',
  'number',
  'cvc',
])

const secretMember = new RegExp(`"(?:${[...secretMembers].join('|')})":`, 'i')

const censor = (name: string, value: unknown): unknown => (secretMembers.has(name.toLowerCase()) ? '[redacted]' : value)

// Few lines have such a member, and to look for one costs a tenth of taking every line apart.
const withoutSecretMembers = (line: string): string =>
  secretMember.test(line) ? `${JSON.stringify(JSON.parse(line, censor))}\n` : line

// In a JSON line a secret may follow an escape such as \n, whose letter would hide that a word begins. A JWT's start is
// sought once per run of its characters only: the text may be a stranger's, a megabyte of 'eyJ-' over and over.
const secretText =
  /(?:\b|(?<=\\[bfnrt]))(?:((?:sk|rk|pk)_(?:test|live)_[A-Za-z0-9_]{4})[A-Za-z0-9_]+|whsec_[A-Za-z0-9]+|(?:rt|inv|bs)_[A-Za-z0-9_]{16,}|(?:pairt|cliws)_[\w-]{16,}|((?:pi|seti)_[A-Za-z0-9]+_secret_)\w+)|(?:(?<![\w-])|(?<=\\[bfnrt]))eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g

const digitRuns = /(?:\b|(?<=\\[bfnrt]))\d(?:[\s.\u2010-\u2015\u2212-]?\d){12,18}\b/gu

/** The Luhn check digit (ISO/IEC 7812-1): whatever passes could be a card number. */
export const passesLuhn = (digits: string): boolean => {
  let sum = 0
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = digits.charCodeAt(at) - 48
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

/** Masks API keys, tokens, secrets and possible card numbers inside any text. */
export const redactText = (text: string): string =>
  text
    .replace(secretText, (_match, key?: string, intent?: string) => `${key ?? intent ?? ''}[redacted]`)
    .replace(digitRuns, (run) => (passesLuhn(run.replace(/\D/g, '')) ? '[redacted]' : run))

/** A logger whose every line is redacted, whatever field a secret hides in. */
export const createLogger = (options: { service: string; level?: string; destination: DestinationStream }): Logger =>
  pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => options.destination.write(redactText(withoutSecretMembers(line))) },
  )
