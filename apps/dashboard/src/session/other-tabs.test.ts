import { once } from 'node:events'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

// What another tab has: a channel of its own under the same name.
const otherTab = new BroadcastChannel('micro-session')
const reload = vi.fn<() => void>()
let tabs: typeof import('./other-tabs.ts')
beforeAll(async () => {
  vi.stubGlobal('location', { reload })
  tabs = await import('./other-tabs.ts')
})
afterAll(() => {
  otherTab.close()
  vi.unstubAllGlobals()
})

test('who signs in or out here is told to the other tabs, and not to this one', async () => {
  tabs.followOtherTabs()
  const heard = once(otherTab, 'message')
  tabs.tellOtherTabs()
  await heard
  expect(reload).not.toHaveBeenCalled()
})

test('who signs in or out in another tab loads this one anew', async () => {
  otherTab.postMessage('changed')
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce())
})
