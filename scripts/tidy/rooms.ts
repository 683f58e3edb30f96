/**
 * The rooms of the house and who may enter which: the dependency matrix of the packages, services and apps, and what
 * counts as being only for tests.
 */
import { posix } from 'node:path'

/** A workspace, as far as the rules care. */
export type Workspace = {
  /** `services/ledger` */
  readonly room: string
  /** `@micro/ledger` */
  readonly name: string
  readonly dependencies: ReadonlySet<string>
  /** Subpaths it exports, `.` among them. */
  readonly exports: ReadonlySet<string>
}

const shared = (...names: string[]): string[] => names.map((name) => `packages/${name}`)

const mayImport: Record<string, readonly string[]> = {
  'packages/kernel': [],
  'packages/postgres': shared('kernel'),
  'packages/bus': shared('kernel'),
  'packages/contracts': shared('kernel'),
  'packages/signing': shared('kernel'),
  'packages/client': shared('contracts', 'kernel'),
  'packages/service': shared('postgres', 'bus', 'signing', 'contracts', 'kernel'),
  services: shared('service', 'postgres', 'bus', 'signing', 'client', 'contracts', 'kernel'),
  apps: shared('client', 'contracts', 'signing', 'kernel'),
  // Only the all-in-one process puts services together.
  'apps/embedded': ['services', ...shared('service', 'postgres', 'bus', 'client', 'contracts', 'signing', 'kernel')],
}

/** `services/ledger` for any file in it; for a file outside the workspaces the folder it lies in at the root. */
export const roomOf = (path: string): string => {
  const [first = '', second = ''] = path.split('/')
  return ['packages', 'services', 'apps'].includes(first) ? `${first}/${second}` : first
}

const familyOf = (room: string): string => room.split('/')[0] ?? room

/** The rooms and families of rooms that a room may import from; undefined for one no rule names. */
export const reachOf = (room: string): readonly string[] | undefined => mayImport[room] ?? mayImport[familyOf(room)]

export const reaches = (room: string, target: string): boolean => {
  const reach = reachOf(room)
  return room === target || reach === undefined || reach.includes(target) || reach.includes(familyOf(target))
}

/** Tests and what serves only them or the people at work: may import anything, and is imported by none but themselves. */
export const isForTests = (path: string): boolean =>
  /\.(test|fixture|conformance)\.tsx?$|(^|\/)(tests|testing|conformance)\/|\/conformance\.ts$/.test(path) ||
  /^(bench|scripts|toolchain|examples)\//.test(path) ||
  /^[^/]+\.config\.ts$/.test(path)

/** Reads the manifests among the files, given as path → text. */
export const workspacesOf = (files: ReadonlyMap<string, string>): ReadonlyMap<string, Workspace> => {
  const workspaces = new Map<string, Workspace>()
  for (const [path, text] of files) {
    if (!/^(packages|services|apps)\/[^/]+\/package\.json$/.test(path)) continue
    const manifest = JSON.parse(text) as { name: string; dependencies?: object; exports?: object }
    workspaces.set(manifest.name, {
      room: posix.dirname(path),
      name: manifest.name,
      dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
      exports: new Set(Object.keys(manifest.exports ?? {})),
    })
  }
  return workspaces
}
