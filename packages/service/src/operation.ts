import { successStatus, surfaceOf, type Api, type Principal, type Route, type StreamFormat } from '@micro/contracts'
import { assert, errorBody, Fault } from '@micro/kernel'
import { checkAccess } from './access.ts'
import { Reply, type Call, type SignedBody } from './call.ts'
import { refuseCardNumbers } from './card-number.ts'
import { createExpandReader, type Expansion, type ExpandSource } from './expand/expansion.ts'
import { fingerprintOf, type Idempotency, type StoredResponse } from './idempotency.ts'
import { HtmlPage } from './html-page.ts'
import { StreamReply } from './stream-reply.ts'
import { asCallerMaySee } from './public-view.ts'
import { longListOf } from './long-list.ts'
import { compileLongSerializer, compileSerializer } from './serialize.ts'
import { compileValidator, shownName, type Validate } from './validate.ts'

/** A call as it arrives, not yet validated. */
export interface RawCall {
  /** The path it was called by: `/v1/...` and its alias answer alike but for status and defaults. */
  readonly path: string
  readonly principal: Principal | undefined
  readonly requestId: string
  readonly clientIp: string
  readonly inClear: boolean
  readonly params: object
  readonly query: object
  readonly body: unknown
  /** Whether body values are text that may become numbers and booleans (form encoding). */
  readonly coerceBody: boolean
  readonly idempotencyKey: string | undefined
  /** Of routes whose caller signs. */
  readonly signed?: SignedBody
  readonly accepts?: StreamFormat | undefined
  /** See `Call.signal`. */
  readonly signal?: AbortSignal
}

/** The outcome on the wire: a status and the exact JSON text, or the lines of a stream. */
export interface Answer extends StoredResponse {
  readonly replayed?: { readonly originalRequest: string }
  /** In place of the body. */
  readonly stream?: StreamReply
  /** In place of the body, too. */
  readonly page?: HtmlPage
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

const without = (body: object, name: string | undefined): object =>
  name === undefined ? body : Object.fromEntries(Object.entries(body).filter(([each]) => each !== name))

/** Reading keeps nothing, and what services tell each other was checked where it came in. */
const keepsWhatItIsSent = ({ method }: Route, principal: Principal | undefined): boolean =>
  method !== 'GET' && principal?.kind !== 'service'

/** Where a number is taken out by the route's own check: of whoever may only make test tokens, or of a page's reader. */
const cardNumberOf = ({ cardNumber, page }: Route, principal: Principal | undefined): { allowed?: string } => {
  const isReader = page === true && principal === undefined
  const isTestPage = principal?.kind === 'publishable_key' && principal.mode === 'test'
  return cardNumber !== undefined && (isReader || isTestPage) ? { allowed: cardNumber } : {}
}

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
  expand?: ExpandSource | undefined
  /** See `withWork` of an idempotency key. */
  claimedWithWork?: boolean
}): Operation => {
  const { name, route, handler } = options
  assert(route.page === undefined || route.idempotent !== true, `${name}: a page cannot be stored under a key`)
  assert(route.stream === undefined || route.idempotent !== true, `${name}: a stream cannot be stored under a key`)
  const validate = {
    params: route.params === undefined ? noParts : compileValidator(route.params),
    query: route.query === undefined ? noParts : compileValidator(route.query),
    body: route.body === undefined ? noParts : compileValidator(route.body),
  }
  const longBody = longListOf(route.body)
  const longAnswer = longListOf(route.response)
  assert(longAnswer === undefined || route.idempotent !== true, `${name} answers with too much to keep for a repeat`)
  const readExpand = createExpandReader(route, options.expand)
  const serializeSuccess = compileSerializer(route.response)
  const serializeLong = longAnswer && compileLongSerializer(route.response, longAnswer)
  const serialize = (status: number, body: object): string =>
    status < 300 ? serializeSuccess(body) : JSON.stringify(body)

  const prepare = (raw: RawCall): { call: Call<Route>; expansion: Expansion | undefined } => {
    checkAccess(route, raw.principal)
    const body = asObject(raw.body)
    const expansion = readExpand({ ...raw, body })
    validate.params(raw.params, true)
    validate.query(raw.query, true)
    validate.body(body, raw.coerceBody)
    if (keepsWhatItIsSent(route, raw.principal)) {
      refuseCardNumbers(raw.params)
      refuseCardNumbers(without(body, longBody?.name), cardNumberOf(route, raw.principal))
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
      inClear: raw.inClear,
      idempotency: undefined,
      signed: raw.signed,
      accepts: raw.accepts,
      signal: raw.signal ?? forGood,
    }
    options.check?.(call)
    return { call, expansion }
  }

  const statusFor = (raw: RawCall): number => successStatus(route, surfaceOf(raw.path))
  const settle = async (raw: RawCall, result: unknown): Promise<StoredResponse> => {
    const { status, body } = result instanceof Reply ? result : new Reply(statusFor(raw), result)
    if (serializeLong !== undefined && status < 300)
      return { status, body: await serializeLong(body as Record<string, unknown>) }
    return { status, body: serialize(status, body as object) }
  }

  // After the work and outside its database transaction: what it stored is true without, too.
  const expanded = async (
    answer: Answer,
    expansion: Expansion | undefined,
    store: (body: string) => Promise<string> = (body) => Promise.resolve(body),
  ): Promise<Answer> =>
    expansion === undefined || answer.status >= 300
      ? answer
      : { ...answer, body: await store(await expansion.apply(answer.body)) }

  const answerOnce = async (
    raw: RawCall,
    { call, expansion }: ReturnType<typeof prepare>,
    key: string,
    idempotency: Idempotency,
    withWork = options.claimedWithWork ?? false,
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
      fromBrowser: principal.kind === 'publishable_key',
      requestId: raw.requestId,
      serialize,
      withWork,
      fingerprint: fingerprintOf({
        path: `${route.method} ${raw.path}`,
        params: raw.params,
        body: { ...(call.body as object), ...(expansion === undefined ? {} : { expand: expansion.paths }) },
      }),
    })
    if (outcome.kind === 'replay') {
      const answer = { ...outcome.response, replayed: { originalRequest: outcome.originalRequest } }
      return outcome.isExpanded ? answer : expanded(answer, expansion, outcome.storeExpanded)
    }
    let told: Answer | undefined
    try {
      const answer = await settle(raw, await handler({ ...call, idempotency: outcome.claim }))
      // Work that changed nothing has stored no answer yet; this keeps the first one told for every repeat.
      const isMine = outcome.isStored() || (await outcome.finish(answer))
      if (isMine) told = await expanded(answer, expansion, outcome.storeExpanded)
    } catch (error) {
      const isFinal = error instanceof Fault && !error.spec.retryable
      const isMine = isFinal
        ? await outcome.finish({ status: error.spec.status, body: JSON.stringify(errorBody(error)) })
        : // Nothing final is known: give the key up, so that a retry can converge.
          await outcome.release().catch(() => true)
      if (isMine) throw error
    }
    // Another request with the same key committed first: what it told, or that it is at work, is what this one tells.
    return told ?? answerOnce(raw, { call, expansion }, key, idempotency, false)
  }

  return {
    name,
    route,
    answer: asCallerMaySee(route, async (raw) => {
      const prepared = prepare(raw)
      const { call, expansion } = prepared
      if (raw.idempotencyKey === undefined || route.idempotent !== true || options.idempotency === undefined) {
        const result = await handler(call)
        if (result instanceof StreamReply) return { status: statusFor(raw), body: '', stream: result }
        if (result instanceof HtmlPage) return { status: result.status, body: '', page: result }
        return expanded(await settle(raw, result), expansion)
      }
      return answerOnce(raw, prepared, raw.idempotencyKey, options.idempotency)
    }),
    async invoke(raw) {
      const result = await handler(prepare(raw).call)
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
  expand?: ExpandSource,
  claimedWithWork: readonly string[] = [],
): Map<string, Operation> =>
  new Map(
    Object.entries(api).map(([name, route]) => {
      const handler = handlers[name]
      assert(handler !== undefined, `operation ${name} has no handler`)
      const given = { name, route, handler, idempotency, check: checks[name], expand }
      return [name, createOperation({ ...given, claimedWithWork: claimedWithWork.includes(name) })]
    }),
  )
