import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import tar from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArchiveError } from './archive-error.ts'
import { readArchive } from './archive-reader.ts'
import { createArchive } from './archive-writer.ts'

let directory: TemporaryDirectory
let path: string
beforeEach(async () => {
  directory = await temporaryDirectory()
  path = join(directory.path, 'backup.tar.gz')
})
afterEach(() => directory.remove())

const large = randomBytes(3_000_000)
async function* inChunks(content: Buffer, bytes = 65_536): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes)
}

const write = async () => {
  const archive = await createArchive(path)
  await archive.whole('manifest.json', '{"format":1}')
  await archive.folder('postgres/cluster')
  await archive.file('postgres/cluster/1259', large.length, inChunks(large))
  await archive.file('postgres/cluster/empty', 0, inChunks(Buffer.alloc(0)))
  await archive.whole('secrets/auth.json', 'pepper')
  return archive.finish()
}

/** Everything in it, by path. */
const read = async (of = path) => {
  const found = new Map<string, Buffer | string>()
  await readArchive(of, {
    manifest: (text) => void found.set('manifest.json', text),
    folder: async (name) => void found.set(name, 'folder'),
    file: async (name, content) => void found.set(name, await buffer(content)),
  })
  return found
}
const refusal = async (of = path): Promise<string> =>
  read(of).then(
    () => 'taken',
    (error: unknown) => {
      if (!(error instanceof ArchiveError)) throw error
      return error.message
    },
  )

test('what was written is read back, byte for byte; the file is readable by its owner alone and stands alone', async () => {
  expect(await write()).toEqual({ bytes: (await stat(path)).size, files: 4 })
  expect(await read()).toEqual(
    new Map<string, unknown>([
      ['manifest.json', '{"format":1}'],
      ['postgres/cluster', 'folder'],
      ['postgres/cluster/1259', large],
      ['postgres/cluster/empty', Buffer.alloc(0)],
      ['secrets/auth.json', Buffer.from('pepper')],
    ]),
  )
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(directory.path)).toEqual(['backup.tar.gz'])
})

describe('writing', () => {
  test('never takes the place of a file that is there', async () => {
    await writeFile(path, 'precious')
    await expect(createArchive(path)).rejects.toThrow(`${path} exists already.`)
    expect(await readFile(path, 'utf8')).toBe('precious')
  })
  test('nor of one that appears meanwhile', async () => {
    const archive = await createArchive(path)
    await archive.whole('manifest.json', '{}')
    await writeFile(path, 'precious')
    await expect(archive.finish()).rejects.toThrow('exists already')
    await archive.discard()
    expect([await readFile(path, 'utf8'), await readdir(directory.path)]).toEqual(['precious', ['backup.tar.gz']])
  })
  test('given up leaves nothing behind, given up twice neither', async () => {
    const archive = await createArchive(path)
    await archive.whole('manifest.json', '{}')
    await archive.discard()
    await archive.discard()
    expect(await readdir(directory.path)).toEqual([])
  })
  test('beside another backup to the same place is refused, and leaves that one alone', async () => {
    const archive = await createArchive(path)
    await expect(createArchive(path)).rejects.toThrow('left by a backup that was cut short, or is being written')
    await archive.whole('manifest.json', '{}')
    await archive.finish()
    expect(await readdir(directory.path)).toEqual(['backup.tar.gz'])
  })
  test('to a folder that is not there is a sentence', async () => {
    await expect(createArchive(join(directory.path, 'no', 'backup.tar.gz'))).rejects.toThrow('cannot be written')
  })
  test('a file of another size than announced ends in an error', async () => {
    const archive = await createArchive(path)
    await expect(archive.file('secrets/x', 5, inChunks(Buffer.from('1234')))).rejects.toThrow()
    await archive.discard()
  })
})

describe('an archive that is not whole is refused', () => {
  test('cut short anywhere', async () => {
    await write()
    const whole = await readFile(path)
    for (const part of [0, 0.001, 0.3, 0.9, 0.999]) {
      await writeFile(path, whole.subarray(0, Math.floor(whole.length * part)))
      expect(await refusal(), `${part}`).toMatch(/cut short or damaged|its end is missing/)
    }
  })
  test('one bit changed anywhere, unless what it says is still the same', async () => {
    await write()
    const whole = await readFile(path)
    // A copy of zeros may be taken from other zeros: a bit of the packed form that changes nothing that is unpacked.
    const saysTheSame = (damaged: Buffer) => gunzipSync(damaged).equals(gunzipSync(whole))
    for (const part of [0.0001, 0.2, 0.5, 0.8, 0.9999]) {
      const damaged = Buffer.from(whole)
      const at = Math.floor(whole.length * part)
      damaged.writeUInt8(damaged.readUInt8(at) ^ 4, at)
      await writeFile(path, damaged)
      expect((await refusal()) !== 'taken' || saysTheSame(damaged), `${part}`).toBe(true)
    }
  })
  test('one bit changed and compressed anew', async () => {
    await write()
    const plain = gunzipSync(await readFile(path))
    const at = plain.indexOf(large.subarray(0, 32)) + 1_000_000
    plain.writeUInt8(plain.readUInt8(at) ^ 1, at)
    await writeFile(path, gzipSync(plain))
    expect(await refusal()).toBe('postgres/cluster/1259 is damaged')
  })
  test('no archive at all', async () => {
    await writeFile(path, 'hello')
    expect(await refusal()).toBe('it is cut short or damaged')
    await writeFile(path, gzipSync(Buffer.alloc(4096)))
    expect(await refusal()).toBe('its end is missing')
  })
})

/** An archive that nobody's backup wrote. */
const forge = async (entries: readonly (Partial<tar.Headers> & { name: string; text?: string })[]) => {
  const pack = tar.pack()
  for (const { text, ...header } of entries) pack.entry(header, text ?? '')
  pack.finalize()
  const plain = createWriteStream(path)
  pack.pipe(plain as unknown as Parameters<typeof pack.pipe>[0])
  await once(plain, 'finish')
  await writeFile(path, gzipSync(await readFile(path)))
}
const manifest = { name: 'manifest.json', text: '{}' }

describe('an archive that was made up is refused', () => {
  for (const [name, entries, want] of [
    ['another file first', [{ name: 'secrets/auth.json', text: 'x' }], 'it is not a backup of Micro'],
    ['a path upwards', [manifest, { name: '../x', text: 'x' }], '../x leads out of its folder'],
    ['an absolute path', [manifest, { name: '/etc/cron.d/x', text: 'x' }], '/etc/cron.d/x leads out of its folder'],
    [
      'a symbolic link',
      [manifest, { name: 'secrets/x', type: 'symlink', linkname: '/etc' }],
      'secrets/x is a symlink, and no backup has one',
    ],
    [
      'a hard link',
      [manifest, { name: 'secrets/x', type: 'link', linkname: '/etc/shadow' }],
      'secrets/x is a link, and no backup has one',
    ],
    [
      'a device',
      [manifest, { name: 'secrets/x', type: 'character-device' }],
      'secrets/x is a character-device, and no backup has one',
    ],
    ['a file that has no place', [manifest, { name: 'instance.json', text: '{}' }], 'has no place in a data directory'],
    [
      'a file twice',
      [manifest, { name: 'secrets/x', text: 'a' }, { name: 'secrets/x', text: 'b' }],
      'secrets/x is in it twice',
    ],
    ['no checksums', [manifest, { name: 'secrets/x', text: 'a' }], 'its end is missing'],
    ['empty checksums', [manifest, { name: 'checksums.sha256', text: '' }], 'manifest.json was added to it'],
    [
      'checksums of what is not there',
      [manifest, { name: 'checksums.sha256', text: `${'0'.repeat(64)}  secrets/auth.json\n` }],
      'secrets/auth.json is missing from it',
    ],
    ['unreadable checksums', [manifest, { name: 'checksums.sha256', text: 'x\n' }], 'its checksums cannot be read'],
    [
      'something after the checksums',
      [
        manifest,
        {
          name: 'checksums.sha256',
          text: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  manifest.json\n',
        },
        { name: 'secrets/x', text: 'a' },
      ],
      'something follows its end: secrets/x',
    ],
  ] as const satisfies readonly (readonly [string, Parameters<typeof forge>[0], string])[])
    test(name, async () => {
      await forge(entries)
      expect(await refusal()).toContain(want)
    })
})
