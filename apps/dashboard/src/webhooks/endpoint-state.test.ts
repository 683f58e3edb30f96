import { expect, test } from 'vitest'
import { endpointState } from './endpoint-state.ts'

for (const [endpoint, text, remedy] of [
  [{ status: 'enabled', disabled_reason: null, failing_since: null }, 'Enabled', undefined],
  [{ status: 'enabled', disabled_reason: null, failing_since: 100 }, 'Failing', 'resend what failed'],
  [{ status: 'disabled', disabled_reason: 'requested', failing_since: null }, 'Disabled', 'Enable it'],
  [{ status: 'disabled', disabled_reason: 'failing', failing_since: 100 }, 'Disabled', 'Mend the server'],
  [{ status: 'disabled', disabled_reason: 'gone', failing_since: null }, 'Disabled', '410'],
] as const)
  test(`an endpoint with ${JSON.stringify(endpoint)} is: ${text}`, () => {
    const state = endpointState(endpoint)
    expect(state.text).toBe(text)
    if (remedy === undefined) expect(state.remedy).toBeUndefined()
    else expect(state.remedy).toContain(remedy)
  })
