import type { Bell } from '../outbox/bell.ts'
import { isTold } from '../outbox/stretch.ts'
import { isRefusal, type Posting, type PostRequest } from '../posting/index.ts'
import type { Doorbell } from './doorbell.ts'

const isToBeTold = ({ reference, action }: PostRequest): boolean => isTold({ reference, kind: action?.kind ?? 'post' })

/**
 * Posting that tells whoever waits for the book's next transaction, once it is committed, and the events service where it
 * has events.
 */
export const ringing = (
  { post, postTogether }: Posting,
  { ring, tell }: Pick<Doorbell, 'ring'> & { tell: Bell },
): Posting => ({
  async post(request, options) {
    const result = await post(request, options)
    if (options?.dryRun !== true && !result.replayed) {
      ring(request.book)
      if (isToBeTold(request)) tell()
    }
    return result
  },
  async postTogether(requests) {
    const outcome = await postTogether(requests)
    const [first] = requests
    if (first !== undefined && !isRefusal(outcome) && outcome.some(({ replayed }) => !replayed)) {
      ring(first.book)
      if (requests.some(isToBeTold)) tell()
    }
    return outcome
  },
})
