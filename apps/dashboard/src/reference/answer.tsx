import { Link } from '@tanstack/react-router'
import { durationText } from '../requests/figures.ts'
import { toneOf } from '../requests/request-look.ts'
import { Badge } from '../ui/badge.tsx'
import { Code } from '../ui/code.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { readable } from '../webhooks/readable.ts'
import type { Answer } from './try-it.data.ts'

/** What was answered, success or refusal. */
export const Answered = ({ answer: { status, ms, requestId, headers, body, cut } }: { answer: Answer }) => (
  <div className="grid min-w-0 gap-3">
    <p role="status" className="flex flex-wrap items-center gap-3">
      <Badge tone={toneOf(status)}>{status}</Badge>
      <span className="text-sm text-soft">took {durationText(ms)}</span>
      {requestId !== undefined && (
        <Link
          to="/requests/$id"
          params={{ id: requestId }}
          className="min-w-0 truncate font-mono text-sm text-accent underline"
        >
          {requestId}
        </Link>
      )}
      {body !== '' && (
        <span className="ml-auto">
          <CopyButton text={body} what="the answer" />
        </span>
      )}
    </p>
    {body === '' ? (
      <p className="text-soft">Its body is empty.</p>
    ) : (
      <Code text={cut ? body : readable(body)} what="The answer" />
    )}
    {cut && (
      <p className="text-sm text-soft">There may be more: a page takes five seconds of it, and 200,000 characters.</p>
    )}
    <details className="text-sm">
      <summary>Headers</summary>
      <Code text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')} what="The headers of the answer" />
    </details>
  </div>
)
