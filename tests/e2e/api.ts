import { randomUUID } from 'node:crypto'

export interface Answer {
  status: number
  headers: Headers
  body: Json
}
/** An item of a list; `data` and `type` where it is an event. */
export interface Item {
  readonly [name: string]: unknown
  readonly id: string
  readonly type: string
  readonly status: string
  readonly data: { readonly object: { readonly id: string; readonly status: string } }
}
/** What an endpoint answers: the members the tests navigate by; what else they expect they state. */
export interface Json {
  readonly [name: string]: unknown
  readonly id: string
  readonly status: string
  readonly data: readonly Item[]
  readonly error: { readonly type: string; readonly code?: string; readonly message: string; readonly charge?: string }
}

/** All of an answer; of server-sent events, which never end, what there was until the server had no more. */
const textOf = async (response: Response): Promise<string> => {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true || response.body === null)
    return response.text()
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (/^: ?$|^id: .*\n\n$/m.test(text)) break
  }
  return text
}

/** What an answer says, of whichever form: a stream's lines as a list, CSV as its text. */
const bodyOf = (type: string, text: string): Json => {
  if (text === '') return {} as Json
  if (type.startsWith('text/csv')) return { text } as unknown as Json
  if (type.startsWith('text/event-stream'))
    return {
      data: [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Item),
    } as unknown as Json
  if (!type.startsWith('application/x-ndjson')) return JSON.parse(text) as Json
  const lines = text.trimEnd().split('\n')
  return { data: lines.map((line) => JSON.parse(line) as Item) } as unknown as Json
}

/** A caller with one credential. */
export const caller =
  (baseUrl: string, credential?: string) =>
  async (
    method: string,
    path: string,
    options: { body?: unknown; form?: string; headers?: Record<string, string>; key?: string } = {},
  ): Promise<Answer> => {
    const headers: Record<string, string> = { ...options.headers }
    if (credential !== undefined) headers['authorization'] ??= `Bearer ${credential}`
    if (options.key !== undefined) headers['idempotency-key'] = options.key
    if (options.body !== undefined) headers['content-type'] ??= 'application/json'
    if (options.form !== undefined) headers['content-type'] ??= 'application/x-www-form-urlencoded'
    const response = await fetch(baseUrl + path, {
      method,
      headers,
      ...(options.form === undefined
        ? options.body === undefined
          ? {}
          : { body: JSON.stringify(options.body) }
        : { body: options.form }),
    })
    const text = await textOf(response)
    const body = bodyOf(response.headers.get('content-type') ?? '', text)
    return { status: response.status, headers: response.headers, body }
  }

export type Caller = ReturnType<typeof caller>

/** A new merchant with a session and keys of both modes. */
export interface Merchant {
  email: string
  password: string
  token: string
  key: string
  liveKey: string
  keyId: string
  test: Caller
  live: Caller
  session: Caller
}

export const newMerchant = async (baseUrl: string): Promise<Merchant> => {
  const email = `dev-${randomUUID()}@example.com`
  const password = 'securepassword'
  const anyone = caller(baseUrl)
  const registered = await anyone('POST', '/auth/register', { body: { email, password } })
  if (registered.status !== 201)
    throw new Error(`registering answered ${registered.status}: ${JSON.stringify(registered.body)}`)
  const { body: login } = await anyone('POST', '/auth/login', { body: { email, password } })
  const session = caller(baseUrl, String(login['token']))
  const keyFor = async (environment: 'test' | 'live') =>
    (await session('POST', '/auth/api_keys', { body: { environment } })).body
  const [test, live] = [await keyFor('test'), await keyFor('live')]
  return {
    email,
    password,
    token: String(login['token']),
    key: String(test['key']),
    liveKey: String(live['key']),
    keyId: String(test['id']),
    test: caller(baseUrl, String(test['key'])),
    live: caller(baseUrl, String(live['key'])),
    session,
  }
}

/** A payment intent created and confirmed with one call each; the confirm's answer. */
export const pay = async (call: Caller, amount = 5000): Promise<Answer> => {
  const created = await call('POST', '/payments/payment_intents', {
    body: { amount, currency: 'usd' },
    key: randomUUID(),
  })
  return call('POST', `/payments/payment_intents/${created.body.id}/confirm`, { key: randomUUID() })
}
