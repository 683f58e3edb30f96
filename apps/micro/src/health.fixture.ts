/** What a gateway says of itself when all is well, but for the services that have a reason given here. */
export const health = (degraded: Readonly<Record<string, string>> = {}) => ({
  status: Object.keys(degraded).length === 0 ? 'ok' : 'degraded',
  service: 'gateway',
  version: '9.9.9',
  services: Object.fromEntries(
    ['auth', 'payments', 'ledger', 'events'].map((name) => [
      name,
      degraded[name] === undefined ? { status: 'ok' } : { status: 'degraded', reason: degraded[name] },
    ]),
  ),
  bus: { status: 'ok' },
  limiter: { status: 'exact' },
})
