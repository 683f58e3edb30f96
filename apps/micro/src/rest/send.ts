import { ApiError, readError, sendRaw, type RawAnswer } from '@micro/client'
import { surfaceOf, type Route } from '@micro/contracts'
import { transportOptions } from '../session/api.ts'
import type { Context } from '../shell/shell.ts'
import { jsonBody } from './json-body.ts'
import { keyFor } from './live.ts'
import { formOf, type Pair } from './pairs.ts'
import { routeAt } from './routes.ts'

/** One call of the API, as it was typed. */
export interface Call {
  readonly method: Route['method']
  readonly path: string
  readonly pairs: readonly Pair[]
  /** The schema of the body, for paths that take JSON; unless given, that of the contracts' operation there. */
  readonly bodySchema?: object | undefined
  /** In place of pairs: a body that is JSON already. */
  readonly json?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly stripeVersion?: string | undefined
  readonly live?: boolean | undefined
  readonly sure?: boolean | undefined
}

const withQuery = (path: string, query: string): string =>
  query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`

interface Written {
  readonly path: string
  readonly body?: string
  readonly type?: string
}

/** What goes into the path and what into the body. */
const written = ({ method, path, pairs, json, bodySchema }: Call): Written => {
  if (json !== undefined) return { path, body: json, type: 'application/json' }
  if (method !== 'POST') return { path: withQuery(path, formOf(pairs)) }
  if (surfaceOf(path) === 'stripe') return { path, body: formOf(pairs), type: 'application/x-www-form-urlencoded' }
  return { path, body: jsonBody(pairs, bodySchema ?? routeAt(method, path)?.body), type: 'application/json' }
}

/** The request as it would be sent, without the key. */
export const dryRun = (call: Call): object => {
  const { path, body, type } = written(call)
  return {
    method: call.method,
    path,
    ...(type === undefined ? {} : { content_type: type, body }),
    ...(call.idempotencyKey === undefined ? {} : { idempotency_key: call.idempotencyKey }),
  }
}

/** Sends it. Any answer of Micro's is an answer. @throws Failure, ConnectionError */
export const send = async (context: Context, call: Call): Promise<RawAnswer> => {
  const settings = await context.settings()
  const { method, idempotencyKey, stripeVersion, live = false, sure = false } = call
  const what = `${method} ${call.path}`
  const credential = await keyFor(context, settings, { isWrite: method !== 'GET', what, live, sure })
  const { path, body, type } = written(call)
  return sendRaw(transportOptions({ gatewayUrl: settings.gatewayUrl, version: context.version, credential }), {
    method,
    path,
    headers: {
      accept: 'application/json',
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(stripeVersion === undefined ? {} : { 'stripe-version': stripeVersion }),
    },
    ...(body === undefined ? {} : { body }),
  })
}

/** @throws ApiError, unless it is a success; ConnectionError when it is no answer of Micro's */
export const judge = ({ status, headers, text }: RawAnswer): void => {
  if (status >= 200 && status < 300) return
  const requestId = headers.get('request-id')
  throw new ApiError({ status, body: readError(status, text), ...(requestId === null ? {} : { requestId }) })
}

/** Sends it and reads what a success answers. @throws ApiError, Failure, ConnectionError */
export const call = async (context: Context, one: Call): Promise<Record<string, unknown>> => {
  const answer = await send(context, one)
  judge(answer)
  return JSON.parse(answer.text) as Record<string, unknown>
}
