/** Where what a container sees lies on this machine: its volumes, its files, its folders in memory. */
import { chmod, chown, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import type { User } from './container.ts'
import type { ComposeService } from './file.ts'
import type { BaseImage } from './images.ts'

/** Path in the container → path here. */
export type Places = ReadonlyMap<string, string>

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** Puts the places here in a text that names those in the container. Once through, so that nothing is put in twice. */
export const located = (text: string, places: Places): string => {
  if (places.size === 0) return text
  const targets = [...places.keys()].toSorted((a, b) => b.length - a.length)
  const pattern = new RegExp(`(?<![\\w./-])(${targets.map(escaped).join('|')})(?![\\w-])`, 'g')
  return text.replace(pattern, (target) => places.get(target) ?? target)
}

/** Host names of services → the address they have here. */
export type Names = ReadonlyMap<string, string>

/** Puts addresses in for `name:port`, where a URL has it. */
export const resolved = (text: string, names: Names): string =>
  text.replace(/(?<=[@/])([a-z][a-z-]*:\d+)(?!\d)/g, (found) => names.get(found) ?? found)

const folder = async (path: string, { mode = 0o755, owner }: { mode?: number; owner?: User | undefined } = {}) => {
  await mkdir(path, { recursive: true })
  await chmod(path, mode)
  if (owner) await chown(path, owner.uid, owner.gid)
  return path
}

/** Prepares what a container sees. Volumes are shared by name below `volumes`, the rest lies below `own`. */
export const preparePlaces = async (options: {
  service: ComposeService
  image: BaseImage
  root: string
  volumes: string
  own: string
  user: User | undefined
}): Promise<Map<string, string>> => {
  const { service, image, root, volumes, own, user } = options
  const places = new Map<string, string>()
  await folder(own)
  for (const target of service.tmpfs) {
    const owner = image.owned.includes(target) ? user : undefined
    places.set(target, await folder(join(own, basename(target)), { mode: 0o1777, owner }))
  }
  for (const mount of service.volumes) {
    const [source = '', target = ''] = mount.split(':')
    if (source.startsWith('./')) {
      // A copy, since whoever runs the container may not be let into the checkout.
      const copy = join(own, basename(target))
      await copyFile(join(root, source), copy)
      places.set(target, copy)
      continue
    }
    const owner = image.owned.includes(target) ? user : undefined
    const volume = await folder(join(volumes, source), owner ? { owner } : {})
    places.set(target, volume)
    // A volume below a folder in memory is found from there too.
    const above = service.tmpfs.find((each) => target.startsWith(`${each}/`))
    if (above !== undefined) await symlink(volume, join(own, basename(above), relative(above, target)))
  }
  return places
}

/** A file of variables as the container sees it: with the names in it resolved. */
export const resolveEnvFile = async (options: {
  path: string
  copy: string
  names: Names
  user: User | undefined
}): Promise<void> => {
  const { path, copy, names, user } = options
  await writeFile(copy, resolved(await readFile(path, 'utf8'), names), { mode: 0o600 })
  if (user) await chown(copy, user.uid, user.gid)
}
