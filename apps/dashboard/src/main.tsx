import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Tooltip } from 'radix-ui'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Refusal } from './api/call.ts'
import { newRouter } from './router.tsx'
import { followOtherTabs } from './session/other-tabs.ts'
import { me } from './session/session.data.ts'
import { wear } from './shell/theme.ts'
import './style.css'

wear()
followOtherTabs()

/** Trying again helps against what passes, and nothing else. */
const mayPass = (error: Error): boolean =>
  error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 500)

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 2 && mayPass(error),
      retryDelay: (count, error) =>
        1_000 * (error instanceof Refusal && error.retryAfter !== undefined ? error.retryAfter : 2 ** count),
      staleTime: 5_000,
    },
  },
})
// A session that ended elsewhere ends here too: whatever page is shown leads to the door.
queries.getQueryCache().subscribe(({ type, query }) => {
  const { error } = query.state
  if (type !== 'updated' || !(error instanceof Refusal) || error.status !== 401) return
  if (queries.getQueryData(me.queryKey) === null) return
  queries.setQueryData(me.queryKey, null)
  void router.invalidate()
})
const router = newRouter(queries)

const place = document.getElementById('root')
if (place === null) throw new Error('The page has no place for the dashboard.')
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={150}>
        <RouterProvider router={router} />
      </Tooltip.Provider>
    </QueryClientProvider>
  </StrictMode>,
)
