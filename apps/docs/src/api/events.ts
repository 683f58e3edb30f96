/** What streams of events carry, from docs/asyncapi.json. */
import { codeBlock } from '../code.ts'
import { html } from '../html.ts'
import type { Schema } from './document.ts'
import { fieldsOf, fieldList, kindOf } from './fields.ts'
import type { MadePage } from './pages.ts'

interface Reference {
  readonly $ref: string
}

/** The parts of docs/asyncapi.json that the page is made of. */
export interface AsyncApi {
  readonly info: { readonly description: string }
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly address: string
        readonly title: string
        readonly description: string
        readonly messages: Readonly<Record<string, Reference>>
        readonly 'x-close-codes'?: readonly { readonly code: number; readonly text: string }[]
      }
    >
  >
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly action: 'send' | 'receive'
        readonly channel: Reference
        readonly messages: readonly Reference[]
        readonly bindings?: { readonly http?: { readonly query?: Schema } }
      }
    >
  >
  readonly components: {
    readonly messages: Readonly<
      Record<
        string,
        {
          readonly title: string
          readonly summary: string
          readonly payload: Schema
          readonly examples: readonly { readonly payload: unknown }[]
        }
      >
    >
    readonly schemas: Readonly<Record<string, Schema>>
  }
}

/** How each channel is tried from a terminal. */
const tries: Readonly<Record<string, string>> = {
  webSocket: `npx wscat --connect ws://localhost:8080/ws --header "Authorization: Bearer $KEY"`,
  serverSentEvents: `curl -N http://localhost:8080/v1/events/stream -H "Authorization: Bearer $KEY"`,
}

/** What goes over a WebSocket, in order, by the names of the messages. */
const conversation = [
  ['hello', '←'],
  ['resume', '→'],
  ['ready', '←'],
  ['event', '←'],
  ['ack', '→'],
] as const

const last = (reference: string | undefined): string => reference?.split('/').at(-1) ?? ''

/** The page, with a section for each channel. */
export const eventsPage = ({ info, channels, operations, components }: AsyncApi): MadePage => {
  const messageOf = (reference: Reference, channel: string) => {
    const name = last(channels[channel]?.messages[last(reference.$ref)]?.$ref)
    const { title = name, summary = '', payload = {}, examples = [] } = components.messages[name] ?? {}
    const schema = payload.$ref === undefined ? payload : (components.schemas[last(payload.$ref)] ?? payload)
    const fields = fieldsOf(schema)
    return html`<section>
      <h4 id="${channel}-${name}"><code>${title}</code></h4>
      <div class="beside">
        <div>
          <p>${summary}</p>
          ${fields.length === 0 ? html`<p>${kindOf(schema)}</p>` : fieldList(fields, { mark: false })}
        </div>
        <div class="examples">
          ${examples.map(({ payload: example }) => codeBlock(JSON.stringify(example, undefined, 2), 'json'))}
        </div>
      </div>
    </section>`
  }
  const conversationOf = (channel: string) => {
    const said = conversation.flatMap(([name, way]) => {
      const example = channels[channel]?.messages[name] && components.messages[name]?.examples[0]?.payload
      // Of the event only its place in the order: the whole stands below.
      return example === undefined
        ? []
        : [`${way} ${JSON.stringify(example, (key, value: unknown) => (key === 'event' ? '…' : value))}`]
    })
    if (said.length === 0) return undefined
    return html`<p>A client that has event 41 comes back; ← is the server, → the client:</p>
      ${codeBlock(said.join('\n'), 'text')}`
  }
  const closesOf = (channel: string) => {
    const codes = channels[channel]?.['x-close-codes']
    return (
      codes &&
      html`<h3>Close codes</h3>
        <ul>
          ${codes.map(({ code, text }) => html`<li><code>${code}</code> ${text}</li>`)}
        </ul>`
    )
  }
  const operationsOf = (channel: string) =>
    Object.values(operations)
      .filter((operation) => last(operation.channel.$ref) === channel)
      .map(
        ({ action, messages, bindings }) =>
          html`${
              bindings?.http?.query !== undefined &&
              html`<h3>Parameters</h3>
                ${fieldList(fieldsOf(bindings.http.query), { mark: true })}`
            }
            <h3>${action === 'send' ? 'What the server sends' : 'What the server takes'}</h3>
            ${messages.map((message) => messageOf(message, channel))}`,
      )
  return {
    address: 'reference/events',
    title: 'Streams of events',
    body: html`<h1>Streams of events</h1>
      <p>${info.description}</p>
      ${Object.entries(channels).map(
        ([name, { address, title, description }]) =>
          html`<section>
            <h2 id="${name}">${title}</h2>
            <p class="route"><span class="method get">GET</span> <code>${address}</code></p>
            <p>${description}</p>
            ${tries[name] !== undefined && codeBlock(tries[name], 'bash')} ${conversationOf(name)}${operationsOf(name)}
            ${closesOf(name)}
          </section> `,
      )}`,
    headings: Object.entries(channels).map(([id, { title }]) => ({ level: 2, id, text: title })),
  }
}
