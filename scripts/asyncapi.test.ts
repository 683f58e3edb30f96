import { readFile } from 'node:fs/promises'
import { clientFrames, serverFrames } from '@micro/contracts'
import { Errors } from 'typebox/schema'
import { describe, expect, test } from 'vitest'

interface Ref {
  readonly $ref: string
}
interface Document {
  readonly asyncapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly servers: Readonly<Record<string, { readonly host: string; readonly protocol: string }>>
  readonly channels: Readonly<
    Record<
      string,
      { readonly address: string; readonly servers: readonly Ref[]; readonly messages: Record<string, Ref> }
    >
  >
  readonly operations: Readonly<
    Record<string, { readonly action: string; readonly channel: Ref; readonly messages: readonly Ref[] }>
  >
  readonly components: {
    readonly messages: Record<string, { readonly payload: Ref; readonly examples: readonly { payload: unknown }[] }>
    readonly schemas: Record<string, object>
  }
}

const document = JSON.parse(await readFile(new URL('../docs/asyncapi.json', import.meta.url), 'utf8')) as Document

const at = ({ $ref }: Ref): unknown =>
  $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], document)

const refsIn = (node: unknown): Ref[] => {
  if (node === null || typeof node !== 'object') return []
  return [...('$ref' in node ? [node as Ref] : []), ...Object.values(node).flatMap(refsIn)]
}

describe('docs/asyncapi.json', () => {
  test('is AsyncAPI 3, with the parts that it asks for', () => {
    expect(document.asyncapi).toBe('3.0.0')
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
    for (const { host, protocol } of Object.values(document.servers)) expect([host, protocol].join()).not.toBe(',')
  })

  test('refers to nothing that it has not', () => {
    const refs = refsIn(document)
    expect(refs.length).toBeGreaterThan(20)
    expect(refs.filter((ref) => at(ref) === undefined)).toEqual([])
  })

  test('names for each operation messages of its own channel, and no message that goes nowhere', () => {
    const used = new Set<unknown>()
    for (const { action, channel, messages } of Object.values(document.operations)) {
      expect(['send', 'receive']).toContain(action)
      for (const message of messages) {
        expect(message.$ref.startsWith(`${channel.$ref}/messages/`)).toBe(true)
        used.add(at(at(message) as Ref))
      }
    }
    expect([...used]).toEqual(expect.arrayContaining(Object.values(document.components.messages)))
    for (const { servers } of Object.values(document.channels))
      for (const { $ref } of servers) expect($ref).toMatch(/^#\/servers\//)
  })

  test('shows of each message one that its schema allows', () => {
    const schemas = Object.fromEntries(
      Object.entries(document.components.schemas).map(([name, schema]) => [`#/components/schemas/${name}`, schema]),
    )
    for (const [name, { payload, examples }] of Object.entries(document.components.messages)) {
      expect(examples, name).toHaveLength(1)
      expect(Errors(schemas, payload, examples[0]?.payload)[1], name).toEqual([])
    }
  })

  test('has each frame of the contracts, going its own way', () => {
    const { sendFrames, receiveFrames } = document.operations
    const names = (operation: typeof sendFrames): (string | undefined)[] =>
      (operation?.messages ?? []).map(({ $ref }) => $ref.split('/').at(-1))
    expect(names(sendFrames)).toEqual(Object.keys(serverFrames))
    expect(names(receiveFrames)).toEqual(Object.keys(clientFrames))
  })
})
