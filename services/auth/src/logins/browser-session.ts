import { addMs } from '@micro/kernel'

const hourMs = 60 * 60 * 1000

/** A browser that is left alone is signed out after so long. */
export const idleMsMax = 12 * hourMs
/** Nobody stays signed in for longer, however busy: a stolen cookie is copied, and its use looks like its owner's. */
export const browserSessionMsMax = 7 * 24 * hourMs
/** Its end is put off no more often than this, so that looking at a page does not write to the database each time. */
const putOffMsMin = 10 * 60 * 1000

/** When a browser's session ends that is used now and not again. */
export const browserSessionEnd = ({ createdAt, now }: { createdAt: Date; now: Date }): Date => {
  const [idle, latest] = [addMs(now, idleMsMax), addMs(createdAt, browserSessionMsMax)]
  return idle < latest ? idle : latest
}

/** The end that its use now gives it; undefined where that is hardly later than the one it has. */
export const putOffEnd = (session: { created_at: Date; expires_at: Date }, now: Date): Date | undefined => {
  const end = browserSessionEnd({ createdAt: session.created_at, now })
  return end.getTime() - session.expires_at.getTime() >= putOffMsMin ? end : undefined
}
