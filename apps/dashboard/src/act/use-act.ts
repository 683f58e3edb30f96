import type { Mode } from '@micro/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { newIdempotencyKey } from '../api/call.ts'
import { useMode } from '../mode/mode.ts'

/** What is sent with an act: whoever sends it again with the same key does it once. */
export interface Act {
  readonly mode: Mode
  readonly idempotencyKey: string
}

/**
 * An act. Its idempotency key is that of its `content`: pressed twice, or sent again after the answer was lost, it happens
 * once; changed, it is another act. `changes`: the first name of the queries that are read anew afterwards.
 */
export const useAct = <T>(
  content: string,
  send: (act: Act) => Promise<T>,
  onDone: (done: T) => void,
  changes = 'payments',
) => {
  const mode = useMode()
  const queries = useQueryClient()
  const [of, setOf] = useState(() => ({ content, idempotencyKey: newIdempotencyKey() }))
  if (of.content !== content) setOf({ content, idempotencyKey: newIdempotencyKey() })
  const { idempotencyKey } = of
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => send({ mode, idempotencyKey }),
    // What it answers may hold a secret: it is not kept among what was asked and answered.
    gcTime: 0,
    onSuccess: async (done) => {
      await queries.invalidateQueries({ queryKey: [changes, mode] })
      onDone(done)
    },
  })
  return { act: () => mutate(), busy: isPending, error, mode, idempotencyKey }
}
