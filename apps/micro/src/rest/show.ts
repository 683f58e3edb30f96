import type { RawAnswer } from '@micro/client'
import type { Context } from '../shell/shell.ts'
import { judge } from './send.ts'

const shownHeaders =
  /^(request-id|idempotency-key|idempotent-replayed|original-request|stripe-version|content-type|date|retry-after|location)$/

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** Prints an answer as JSON, a refusal's too: scripts read both. @throws ApiError unless it is a success */
export const showAnswer = (
  { terminal }: Context,
  answer: RawAnswer,
  options: { headers?: boolean | undefined },
): void => {
  if (options.headers === true) {
    terminal.err(`HTTP ${answer.status}`)
    for (const [name, value] of answer.headers) if (shownHeaders.test(name)) terminal.err(`${name}: ${value}`)
  }
  terminal.out(pretty(answer.text))
  judge(answer)
}
