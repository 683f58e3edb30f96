import { createTokenSigner, createTokenVerifier } from '@micro/signing'
import { fakeClock } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { readEnv } from './env-file.ts'
import { callers, envPath, services } from './installation.ts'
import { prepareSecrets } from './prepare.ts'
import { announceTokens, pruneTokens, rotateTokens, tokenKeysIn, type TokenChanges, type TokenFiles } from './tokens.ts'

const clock = fakeClock()
const apply = (files: TokenFiles, changes: TokenChanges): TokenFiles => {
  const after = new Map(files)
  for (const [path, text] of changes)
    if (text === null) after.delete(path)
    else after.set(path, text)
  return after
}

const json = <T>(text: string | undefined): T => JSON.parse(text ?? '') as T
type Keys = Parameters<typeof createTokenVerifier>[0]['publicKeys']
type PrivateKey = Parameters<typeof createTokenSigner>[0]['privateKey']

/** Calls that are refused when every caller was started on `from` and every service that is called on `to`. */
const refusals = async (from: TokenFiles, to: TokenFiles): Promise<string[]> => {
  const refused: string[] = []
  for (const service of services)
    for (const caller of callers[service]) {
      const privateKey = json<PrivateKey>(readEnv(from.get(envPath(caller)) ?? '')['MICRO_TOKEN_PRIVATE_KEY'])
      const publicKeys = json<Keys>(readEnv(to.get(envPath(service)) ?? '')['MICRO_TOKEN_PUBLIC_KEYS'])
      const signer = createTokenSigner({ service: caller, privateKey, clock })
      const token = await signer.sign(service, { kind: 'service', service: caller })
      if ((await createTokenVerifier({ audience: service, publicKeys, clock }).verify(token)) === undefined)
        refused.push(`${caller} → ${service}`)
    }
  return refused
}

/** How many keys are current, next and previous. */
const statesOf = (files: TokenFiles): number[] => {
  const counts = Map.groupBy(tokenKeysIn(files), ({ state }) => state)
  return (['current', 'next', 'previous'] as const).map((state) => counts.get(state)?.length ?? 0)
}

const original: TokenFiles = prepareSecrets(new Map(), clock.now())
const announced = apply(original, announceTokens(original))
const rotated = apply(announced, rotateTokens(announced))
const pruned = apply(rotated, pruneTokens(rotated))
const steps = [
  ['announced', original, announceTokens],
  ['rotated', announced, rotateTokens],
  ['pruned', rotated, pruneTokens],
] as const
const everyCall = services.reduce((sum, service) => sum + callers[service].length, 0)

describe('while services are restarted one by one nobody refuses anybody', () => {
  for (const [name, before, change] of steps)
    test(`after token keys were ${name}, also where a crash cut the writing short`, async () => {
      const changes = [...change(before)]
      expect(changes.length).toBeGreaterThan(0)
      for (let written = 0; written <= changes.length; written++) {
        const now = apply(before, new Map(changes.slice(0, written)))
        expect([written, await refusals(before, now)]).toEqual([written, []])
        expect([written, await refusals(now, before)]).toEqual([written, []])
        expect([written, await refusals(now, now)]).toEqual([written, []])
      }
    })

  test('and the same command, run again after a crash, does the rest', async () => {
    for (const [, before, change] of steps) {
      const changes = [...change(before)]
      const whole = statesOf(apply(before, new Map(changes)))
      for (let written = 1; written < changes.length; written++) {
        const cut = apply(before, new Map(changes.slice(0, written)))
        const done = apply(cut, change(cut))
        expect([written, statesOf(done)]).toEqual([written, whole])
        expect(await refusals(done, done)).toEqual([])
      }
    }
    expect([...announceTokens(announced), ...pruneTokens(pruned)]).toEqual([])
  })
})

describe('the keys of before', () => {
  test('are out of use once rotated and refused once pruned', async () => {
    expect(await refusals(original, rotated)).toEqual([])
    expect(await refusals(original, pruned)).toHaveLength(everyCall)
    expect(await refusals(pruned, pruned)).toEqual([])
  })
  test('would be refused by whoever skips a step: hence two of them', async () => {
    expect(await refusals(rotated, original)).toHaveLength(everyCall)
    expect(() => rotateTokens(original)).toThrow('--announce')
  })
  test('are told by their ids, and their state', () => {
    expect(statesOf(original)).toEqual([5, 0, 0])
    expect(statesOf(announced)).toEqual([5, 5, 0])
    // Nobody is called by auth and ledger, so nobody lists their earlier keys.
    expect(statesOf(rotated)).toEqual([5, 0, 3])
    expect(statesOf(pruned)).toEqual([5, 0, 0])
  })
  test('stay while a rotation is under way', () => {
    const again = apply(rotated, announceTokens(rotated))
    expect(tokenKeysIn(apply(again, pruneTokens(again))).filter(({ state }) => state === 'next')).toHaveLength(5)
  })
})

test('a key that a callee was not told of is not rotated to', () => {
  const path = envPath('ledger')
  const forgetful = new Map([...announced, [path, original.get(path) ?? '']])
  expect(() => rotateTokens(forgetful)).toThrow(/ledger does not know the announced key of (gateway|payments)/)
})

test('callers that an operator listed by hand stay listed', () => {
  const path = envPath('auth')
  const extra = (original.get(path) ?? '').replace('{"gateway"', '{"probe":[{"kid":"probe_1"}],"gateway"')
  const files = new Map([...original, [path, extra]])
  for (const change of [announceTokens, pruneTokens])
    expect(apply(files, change(files)).get(path)).toContain('"probe":[{"kid":"probe_1"}]')
})
