// Writes docs/examples.json, requests and what Micro answered, for the API reference. Asks a new Micro that nobody has
// registered at: one that was started with --ephemeral, without limits. A test holds what was recorded to docs/openapi.json.
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { routesOf, type OpenApi } from '../apps/docs/src/api/document.ts'
import { scenario, type Step } from './examples/scenario.ts'

interface Example {
  readonly path: string
  readonly body?: unknown
  readonly status: number
  readonly answer: unknown
}

const [url = ''] = process.argv.slice(2)
const openApi = JSON.parse(await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8')) as OpenApi
const routes = routesOf(openApi).map((route) => ({
  ...route,
  fits: new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`),
}))

const operationOf = ({ method, path }: Step): string => {
  const [asked = ''] = path.split('?')
  const fitting = routes.filter((route) => route.method === method && route.fits.test(asked))
  // `/search` fits `/{id}` as well; what is spelled out is meant.
  const found = fitting.find((route) => route.path === asked) ?? fitting[0]
  if (found === undefined) throw new Error(`${method} ${path} is no operation`)
  return found.operationId
}

/** The server that webhooks are sent to. */
const receiver = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`

/** Nothing that looks like a secret is kept, though all of these died with the Micro that made them. */
const masked = (text: string): string =>
  text
    .replace(/\b((?:sk|rk|pk)_(?:test|live)_)\w+/g, '$1…')
    .replace(/\b(whsec_|rt_|inv_)[\w-]+/g, '$1…')
    .replace(/\beyJ[\w.-]+/g, 'eyJ…')
    .replace(/(_secret_)\w{8,}/g, '$1…')
    .replaceAll(url, 'http://localhost:8080')
    .replaceAll(receiverUrl, 'http://localhost:4242')

/** Lists are shown by their first members. */
const shortened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 2).map(shortened)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortened(each)]))
}

const kept = new Map([['receiver', receiverUrl]])
const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => kept.get(name) ?? whole)

const headersOf = ({ as }: Step): Record<string, string> => {
  const credential = { session: kept.get('token'), publishable: kept.get('publishable'), nobody: '' }[as ?? 'nobody']
  const bearer = as === undefined ? kept.get('key') : credential
  return bearer ? { authorization: `Bearer ${bearer}` } : {}
}

const ask = async (step: Step, path: string, body: string | undefined) => {
  const answered = await fetch(url + encodeURI(path), {
    method: step.method,
    headers: { ...headersOf(step), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  })
  return { status: answered.status, text: await answered.text() }
}

const at = (value: unknown, path: string): string =>
  String(path.split('.').reduce((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value))

const examples: Record<string, Example> = {}
for (const step of scenario) {
  const path = filled(step.path)
  const body = step.body === undefined ? undefined : filled(JSON.stringify(step.body))
  let answered = await ask(step, path, body)
  for (let tries = 0; step.until !== undefined && !step.until.test(answered.text) && tries < 100; tries++) {
    await pause(200)
    answered = await ask(step, path, body)
  }
  const { status, text } = answered
  if (status >= 400) throw new Error(`${step.method} ${path}: ${status} ${text}`)
  const answer = JSON.parse(text) as unknown
  for (const [name, member] of Object.entries(step.keep ?? {})) kept.set(name, at(answer, member))
  const published = /pk_test_\w+/.exec(text)
  if (published) kept.set('publishable', published[0])
  examples[operationOf({ ...step, path })] ??= JSON.parse(
    masked(
      JSON.stringify({
        path,
        ...(step.body === undefined || Object.keys(step.body).length === 0
          ? {}
          : { body: JSON.parse(body ?? '') as unknown }),
        status,
        answer: shortened(answer),
      }),
    ),
  ) as Example
}

const sorted = Object.fromEntries(Object.entries(examples).toSorted(([a], [b]) => (a < b ? -1 : 1)))
await writeFile(new URL('../docs/examples.json', import.meta.url), `${JSON.stringify(sorted, undefined, 2)}\n`)
console.log(`Wrote docs/examples.json: ${Object.keys(sorted).length} of ${routes.length} operations.`)
receiver.close()
