import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { tellOtherTabs } from './other-tabs.ts'
import { signOut } from './session.data.ts'

/**
 * Ends the session, and forgets all that was shown of it. Where it could not be ended one is signed in still, and told so.
 * `next`: the page that whoever signs in then comes to.
 */
export const useSignOut = (next?: string) => {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      tellOtherTabs()
      queries.clear()
      await navigate({ to: '/sign-in', search: next === undefined ? {} : { next } })
    },
  })
}
