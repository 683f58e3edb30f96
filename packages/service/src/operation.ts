import { successStatus, surfaceOf, type Api, type Principal, type Route, type StreamFormat } from '@micro/contracts'
import { assert, errorBody, Fault } from '@micro/kernel'
import fastJsonStringify from 'fast-json-stringify'
import { checkAccess } from './access.ts'
import { Reply, type Call } from './call.ts'
import { refuseCardNumbers } from './card-number.ts'
import { fingerprintOf, type Idempotency, type StoredResponse } from './idempotency.ts'
import { StreamReply } from './stream-reply.ts'
import { longListOf, type LongListSpec } from './long-list.ts'
import { shareThread } from './share-thread.ts'
import { compileValidator, shownName, type Validate } from './validate.ts'

/** A call as it arrives, not yet validated. */
export interface RawCall {
  /** The path it was called by: `/v1/...` and its alias answer alike but for status and defaults. */
  readonly path: string
  readonly principal: Principal | undefined
  readonly requestId: string
  readonly clientIp: string
  readonly params: object
  readonly query: object
  readonly body: unknown
  /** Whether body values are text that may become numbers and booleans (form encoding). */
  readonly coerceBody: boolean
  readonly idempotencyKey: string | undefined
  readonly accepts?: StreamFormat | undefined
  /** See `Call.signal`. */
  readonly signal?: AbortSignal
}

/** The outcome on the wire: a status and the exact JSON text, or the lines of a stream. */
export interface Answer extends StoredResponse {
  readonly replayed?: { readonly originalRequest: string }
  /** In place of the body. */
  readonly stream?: StreamReply
}

export interface Operation {
  readonly name: string
  readonly route: Route
  /** Runs the handler and serialises its answer. @throws Fault, or whatever a bug throws. */
  answer(call: RawCall): Promise<Answer>
  /** Runs the handler and returns its body as an object, or the lines of its stream. @throws Fault */
  invoke(call: RawCall): Promise<unknown>
}

export type AnyHandler = (call: Call<Route>) => Promise<unknown>
export type AnyCheck = (call: Call<Route>) => void

// typebox keeps its own hidden members on schemas; the serialiser gets plain JSON Schema.
const compileSerializer = (schema: object): ((body: unknown) => string) =>
  fastJsonStringify(JSON.parse(JSON.stringify(schema)) as object) as (body: unknown) => string

/** As compileSerializer, for an answer with a long list: others are served between its items. */
const compileLongSerializer = (schema: object, { name, item }: LongListSpec) => {
  const { properties, ...rest } = schema as { properties: Record<string, object> }
  const { [name]: _long, ...others } = properties
  const serializeRest = compileSerializer({ ...rest, properties: others, required: Object.keys(others) })
  const serializeItem = compileSerializer(item)
  return async (body: Record<string, unknown>): Promise<string> => {
    const letOthers = shareThread()
    const items: string[] = []
    for (const each of body[name] as readonly unknown[]) {
      items.push(serializeItem(each))
      await letOthers()
    }
    return `${serializeRest(body).slice(0, -1)},${JSON.stringify(name)}:[${items.join()}]}`
  }
}

const without = (body: object, name: string | undefined): object =>
  name === undefined ? body : Object.fromEntries(Object.entries(body).filter(([each]) => each !== name))

/** Reading keeps nothing, and what services tell each other was checked where it came in. */
const keepsWhatItIsSent = ({ method }: Route, principal: Principal | undefined): boolean =>
  method !== 'GET' && principal?.kind !== 'service'

const noParts: Validate = (value) => {
  const [param] = Object.keys((value ?? {}) as object)
  if (param !== undefined) throw new Fault('parameter_unknown', { param: shownName(param) })
}

/** For what does not stream, and so never waits for long. */
const forGood = new AbortController().signal

const asObject = (body: unknown): object => {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new Fault('body_invalid', { reason: 'it must be an object with named parameters' })
  }
  return body
}

/** Joins a route with its handler: access, validation, idempotency and serialising, the same for every transport. */
export const createOperation = (options: {
  name: string
  route: Route
  handler: AnyHandler
  idempotency?: Idempotency | undefined
  check?: AnyCheck | undefined
}): Operation => {
  const { name, route, handler } = options
  assert(route.stream === undefined || route.idempotent !== true, `${name}: a stream cannot be stored under a key`)
  const validate = {
    params: route.params === undefined ? noParts : compileValidator(route.params),
    query: route.query === undefined ? noParts : compileValidator(route.query),
    body: route.body === undefined ? noParts : compileValidator(route.body),
  }
  const longBody = longListOf(route.body)
  const longAnswer = longListOf(route.response)
  assert(longAnswer === undefined || route.idempotent !== true, `${name} answers with too much to keep for a repeat`)
  const serializeSuccess = compileSerializer(route.response)
  const serializeLong = longAnswer && compileLongSerializer(route.response, longAnswer)
  const serialize = (status: number, body: object): string =>
    status < 300 ? serializeSuccess(body) : JSON.stringify(body)

  const prepare = (raw: RawCall): Call<Route> => {
    checkAccess(route, raw.principal)
    const body = asObject(raw.body)
    validate.params(raw.params, true)
    validate.query(raw.query, true)
    validate.body(body, raw.coerceBody)
    if (keepsWhatItIsSent(route, raw.principal)) {
      refuseCardNumbers(raw.params)
      refuseCardNumbers(without(body, longBody?.name))
      if (raw.idempotencyKey !== undefined) refuseCardNumbers({ 'Idempotency-Key': raw.idempotencyKey })
    }
    const call: Call<Route> = {
      principal: raw.principal as never,
      params: raw.params as never,
      query: raw.query as never,
      body: body as never,
      coerced: raw.coerceBody,
      surface: surfaceOf(raw.path),
      requestId: raw.requestId,
      clientIp: raw.clientIp,
      idempotency: undefined,
      accepts: raw.accepts,
      signal: raw.signal ?? forGood,
    }
    options.check?.(call)
    return call
  }

  const statusFor = (raw: RawCall): number => successStatus(route, surfaceOf(raw.path))
  const settle = async (raw: RawCall, result: unknown): Promise<StoredResponse> => {
    const { status, body } = result instanceof Reply ? result : new Reply(statusFor(raw), result)
    if (serializeLong !== undefined && status < 300)
      return { status, body: await serializeLong(body as Record<string, unknown>) }
    return { status, body: serialize(status, body as object) }
  }

  const answerOnce = async (
    raw: RawCall,
    call: Call<Route>,
    key: string,
    idempotency: Idempotency,
  ): Promise<Answer> => {
    const principal = raw.principal
    assert(
      principal !== undefined && principal.kind !== 'service',
      `${name} takes idempotency keys from merchants only`,
    )
    const outcome = await idempotency.claim({
      merchant: principal.merchant,
      mode: principal.mode,
      key,
      requestId: raw.requestId,
      serialize,
      fingerprint: fingerprintOf({
        path: `${route.method} ${raw.path}`,
        params: raw.params,
        body: call.body as object,
      }),
    })
    if (outcome.kind === 'replay')
      return { ...outcome.response, replayed: { originalRequest: outcome.originalRequest } }
    try {
      const answer = await settle(raw, await handler({ ...call, idempotency: outcome.claim }))
      // Work that changed nothing has stored no answer yet; this keeps the first one told for every repeat.
      if (!outcome.isStored()) await outcome.finish(answer)
      return answer
    } catch (error) {
      if (error instanceof Fault && !error.spec.retryable) {
        await outcome.finish({ status: error.spec.status, body: JSON.stringify(errorBody(error)) })
      } else {
        // Nothing final is known: give the key up, so that a retry can converge.
        await outcome.release().catch(() => {})
      }
      throw error
    }
  }

  return {
    name,
    route,
    async answer(raw) {
      const call = prepare(raw)
      if (raw.idempotencyKey === undefined || route.idempotent !== true || options.idempotency === undefined) {
        const result = await handler(call)
        if (result instanceof StreamReply) return { status: statusFor(raw), body: '', stream: result }
        return settle(raw, result)
      }
      return answerOnce(raw, call, raw.idempotencyKey, options.idempotency)
    },
    async invoke(raw) {
      const result = await handler(prepare(raw))
      if (result instanceof StreamReply) return result.lines
      return result instanceof Reply ? result.body : result
    },
  }
}

export const createOperations = (
  api: Api,
  handlers: Record<string, AnyHandler>,
  idempotency?: Idempotency,
  checks: Record<string, AnyCheck> = {},
): Map<string, Operation> =>
  new Map(
    Object.entries(api).map(([name, route]) => {
      const handler = handlers[name]
      assert(handler !== undefined, `operation ${name} has no handler`)
      return [name, createOperation({ name, route, handler, idempotency, check: checks[name] })]
    }),
  )
