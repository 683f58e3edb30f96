/** Made of docs/openapi.json when the dashboard is built: scripts/dashboard.ts. */
declare module 'virtual:operations' {
  export const operations: readonly import('./operation.ts').Operation[]
}
