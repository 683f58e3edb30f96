import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query'

/**
 * An act on what belongs to no mode. `changes`: the queries that are read anew afterwards. Where it is of no harm twice it
 * needs no idempotency key; what does is done with `useAct`.
 */
export const useChange = <T>(
  send: () => Promise<T>,
  { changes, onDone }: { changes: QueryKey; onDone: (done: T) => void },
) => {
  const queries = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: send,
    // What it answers may hold a secret: it is not kept among what was asked and answered.
    gcTime: 0,
    onSuccess: async (done) => {
      await queries.invalidateQueries({ queryKey: changes })
      onDone(done)
    },
  })
  return { act: () => mutate(), busy: isPending, error }
}
