import type { Post } from '../posting/index.ts'
import type { Doorbell } from './doorbell.ts'

/** Posting that tells whoever waits for the book's next transaction, once it is committed. */
export const ringing =
  (post: Post, { ring }: Pick<Doorbell, 'ring'>): Post =>
  async (request, options) => {
    const result = await post(request, options)
    if (options?.dryRun !== true && !result.replayed) ring(request.book)
    return result
  }
