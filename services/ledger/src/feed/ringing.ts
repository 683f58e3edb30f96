import { isRefusal, type Posting } from '../posting/index.ts'
import type { Doorbell } from './doorbell.ts'

/** Posting that tells whoever waits for the book's next transaction, once it is committed. */
export const ringing = ({ post, postTogether }: Posting, { ring }: Pick<Doorbell, 'ring'>): Posting => ({
  async post(request, options) {
    const result = await post(request, options)
    if (options?.dryRun !== true && !result.replayed) ring(request.book)
    return result
  },
  async postTogether(requests) {
    const outcome = await postTogether(requests)
    const [first] = requests
    if (first !== undefined && !isRefusal(outcome) && outcome.some(({ replayed }) => !replayed)) ring(first.book)
    return outcome
  },
})
