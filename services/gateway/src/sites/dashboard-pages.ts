import type { IncomingMessage } from 'node:http'

/** Pages of services that the dashboard has too, for whoever is signed in there: by their operation, and where they are. */
const pages: Readonly<Record<string, { readonly at: RegExp; readonly to: string }>> = {
  showPairing: { at: /^\/stripecli\/confirm\/(\w+)$/, to: '/dashboard/pair/' },
}

export const wantsPage = ({ headers }: IncomingMessage): boolean => headers.accept?.includes('text/html') === true

/** Where the dashboard shows the same as a page of a service's; undefined where it does not. */
export const placeInDashboard = (operation: string, path: string): string | undefined => {
  const { at, to } = pages[operation] ?? {}
  const [, id] = at?.exec(path) ?? []
  return to === undefined || id === undefined ? undefined : to + id
}
