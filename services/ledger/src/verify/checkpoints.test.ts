import {
  createCheckpointKeys,
  createCheckpointReader,
  createCheckpointSigner,
  parseCheckpointKeys,
  publicKeysOf,
} from '@micro/signing'
import { describe, expect, test } from 'vitest'
import { contradicted, isGenuine, knownInLines } from './checkpoints.ts'

const ring = parseCheckpointKeys(createCheckpointKeys(new Date(0)))
const signer = createCheckpointSigner(ring)
const read = createCheckpointReader(publicKeysOf(ring))
const strangers = createCheckpointSigner(parseCheckpointKeys(createCheckpointKeys(new Date(0))))
const hash = Buffer.alloc(32, 7)
const book = { merchant: 'acct_a', mode: 'live' } as const
const told = { ...book, seq: 5n, hash: hash.toString('hex'), recorded: 1, created: 2 }
const token = signer.sign(told)

describe('a checkpoint in the database is genuine', () => {
  for (const [what, kept, want] of [
    ['when it says what was signed', { seq: 5n, hash, token }, true],
    [
      'also when its key is gone: then only the history can contradict it',
      { seq: 5n, hash, token: strangers.sign(told) },
      true,
    ],
    ['not with another hash', { seq: 5n, hash: Buffer.alloc(32, 8), token }, false],
    ['not at another seq', { seq: 6n, hash, token }, false],
    ['not with a token of another book', { seq: 5n, hash, token: signer.sign({ ...told, merchant: 'acct_b' }) }, false],
    ['not with a signature that does not fit', { seq: 5n, hash, token: token.replace(/.{8}$/, 'AAAAAAAA') }, false],
    ['not with something else in place of a token', { seq: 5n, hash, token: 'x' }, false],
  ] as const)
    test(what, () => expect(isGenuine(kept, book, read)).toBe(want))
})

test('a history contradicts what it does not have, and what it has otherwise', () => {
  const history = [4n, 5n].map((seq) => ({ seq, hash }))
  expect(
    contradicted(
      [
        { seq: 4n, hash },
        { seq: 5n, hash: Buffer.alloc(32) },
        { seq: 6n, hash },
      ],
      history,
    ),
  ).toEqual([5n, 6n])
})

describe('a file of checkpoints', () => {
  const line = (change: object = {}) => JSON.stringify({ ...told, seq: '5', token, ...change })

  test('is read by book; what a crash cut short is left out', () => {
    const text = [line(), line({ mode: 'test' }).slice(0, 30), '', line({ seq: '6' })].join('\n')
    expect([...knownInLines(text, undefined)]).toEqual([
      ['live:acct_a', { book, checkpoints: [5n, 6n].map((seq) => ({ seq, hash })) }],
    ])
  })

  test('with keys it is the signature that is believed, and not what stands beside it', () => {
    const known = knownInLines(line({ seq: '7', merchant: 'acct_b', hash: 'ab'.repeat(32) }), read)
    expect([...known.values()]).toEqual([{ book, checkpoints: [{ seq: 5n, hash }] }])
  })

  for (const [what, text, reader, message] of [
    ['a token of nobody known', line({ token: strangers.sign(told) }), read, 'line 2 of the checkpoints was signed by'],
    [
      'a forged token',
      line({ token: token.replace(/.{8}$/, 'AAAAAAAA') }),
      read,
      'line 2 of the checkpoints has a signature',
    ],
    ['no token', line({ token: undefined }), read, 'line 2 of the checkpoints has no token'],
    ['no book', line({ merchant: 7 }), undefined, 'line 2 of the checkpoints names no book'],
    ['no seq', line({ seq: 'x' }), undefined, 'line 2 of the checkpoints names no seq'],
    ['no hash', line({ hash: 'x' }), undefined, 'line 2 of the checkpoints names no seq and hash'],
  ] as const)
    test(`with ${what} is refused, by its line`, () => expect(() => knownInLines(`\n${text}`, reader)).toThrow(message))
})
