import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newApiKey, parseApiKey } from '@micro/signing'
import { expect, test } from 'vitest'
import { root } from '../e2e/harness.ts'

const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '')
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Secrets as they look when they are real. */
const secretForms: Readonly<Record<string, (text: string) => boolean>> = {
  'an API key': (text) =>
    [...text.matchAll(/sk_(?:test|live)_[0-9A-Za-z]{38}/g)].some(([key]) => parseApiKey(key) !== undefined),
  'a private key': (text) => /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/.test(text),
  'a private JWK': (text) => /"d":\s*"[\w-]{43}"/.test(text),
  'an endpoint secret': (text) => /\bwhsec_[0-9a-f]{32,}\b/.test(text),
  "another service's token": (text) =>
    /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{36}|npm_[0-9A-Za-z]{36}|xox[bp]-[0-9A-Za-z-]{20})/.test(text),
  'the address of a database with a password that is not a documented one': (text) =>
    [
      ...text.matchAll(
        /postgres(?:ql)?:\/\/[\w-]+:(?<password>[^@\s:/'"`$]+)@(?!127\.0\.0\.1|localhost|\w+\.example)/g,
      ),
    ].some(({ groups }) => !['password', 'secret', 'p', 'x'].includes(groups?.['password'] ?? '')),
}

test('no file of the repository holds a secret', () => {
  const found = files.flatMap((file) => {
    const text = textOf(file)
    return Object.entries(secretForms)
      .filter(([, holds]) => holds(text))
      .map(([what]) => `${file}: ${what}`)
  })
  expect(files.length).toBeGreaterThan(300)
  expect(found).toEqual([])
})

test('and one that did would be found', () => {
  const planted: Readonly<Record<string, string>> = {
    'an API key': `const key = '${newApiKey('live')}'`,
    'a private key': `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}`,
    'a private JWK': `{"d": "${'a'.repeat(43)}"}`,
    'an endpoint secret': `whsec_${'0a'.repeat(16)}`,
    "another service's token": `AKIA${'A'.repeat(16)}`,
    'the address of a database with a password that is not a documented one': `postgres://ledger:${'tr0ub4dor'}@db.internal/x`,
  }
  for (const [what, holds] of Object.entries(secretForms))
    expect([what, holds(planted[what] ?? '')]).toEqual([what, true])
})
