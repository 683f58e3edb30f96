// Tabs share the browser's cookie: who signs in or out in one of them is somebody else in all.
const channel = new BroadcastChannel('micro-session')

/** After signing in or out: what other tabs show belongs to whoever was there before. */
export const tellOtherTabs = (): void => channel.postMessage('changed')

/** Loads this tab anew when another signs in or out. */
export const followOtherTabs = (): void => channel.addEventListener('message', () => location.reload())
