/** Nothing but what the gateway itself serves, and no script or style within a page. */
const policy = (own: { script: string; connect: string; more?: readonly string[] }): string =>
  [
    "default-src 'none'",
    `script-src ${own.script}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${own.connect}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(own.more ?? []),
  ].join('; ')

const common = {
  // Without a referrer at all a form of a page would be sent with the origin null, which the gateway refuses.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

// A header is made of it, so what no host looks like is left out.
const socketsOf = (origin: string): string =>
  /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? ` ${origin.replace(/^http/, 'ws')}` : ''

/** Of the dashboard, which listens on the gateway's WebSocket: to some browsers that is not 'self'. */
export const dashboardHeaders = (origin: string): Readonly<Record<string, string>> => ({
  ...common,
  'content-security-policy': policy({ script: "'self'", connect: `'self'${socketsOf(origin)}` }),
})

/** Of the documentation, whose search runs in the browser as WebAssembly, in a worker. */
export const docsHeaders: Readonly<Record<string, string>> = {
  ...common,
  'content-security-policy': policy({
    script: "'self' 'wasm-unsafe-eval'",
    connect: "'self'",
    more: ["worker-src 'self'"],
  }),
}
