import type { WebhookAttempt, WebhookResult } from '@micro/contracts'
import { Code } from '../ui/code.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { readable } from './readable.ts'

const headersText = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')

const Part = ({ title, text, what }: { title: string; text: string; what: string }) => (
  <div className="grid min-w-0 gap-1">
    <div className="flex items-center justify-between gap-2">
      <h4 className="text-sm text-soft">{title}</h4>
      <CopyButton {...{ text, what }} />
    </div>
    <Code {...{ text, what }} />
  </div>
)

/** What an endpoint answered to a request, or why nothing came. */
export const Answer = ({ result: { delivered, status, error, response } }: { result: WebhookResult }) => (
  <section className="grid min-w-0 content-start gap-2">
    <h3 className="font-medium">{status === null ? 'No answer' : `Answer: ${status}`}</h3>
    {!delivered && error !== null && <p className="text-bad">{error}</p>}
    {response !== null && (
      <>
        <Part title="Headers" text={headersText(response.headers)} what="the headers of the answer" />
        {response.body === '' ? (
          <p className="text-sm text-soft">Its body is empty.</p>
        ) : (
          <Part
            title={response.truncated ? 'Body, the first 16 KiB' : 'Body'}
            text={readable(response.body)}
            what="the body of the answer"
          />
        )}
      </>
    )}
  </section>
)

/** What an endpoint was sent. */
export const Request = ({ request: { url, headers, body } }: { request: WebhookAttempt['request'] }) => (
  <section className="grid min-w-0 content-start gap-2">
    <h3 className="font-medium">Request</h3>
    <Part title="Headers" text={`POST ${url}\n${headersText(headers)}`} what="the headers of the request" />
    {body !== null && <Part title="Body" text={readable(body)} what="the body of the request" />}
  </section>
)
