import fs, {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestClock } from '@base/core/testing'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ClaimFolderOptions, claimFolder, type FolderClaim, FolderTakenError } from './index.js'

/** Higher than any number of a process. */
const NOBODY = 4_194_304_999

/** Where a process says in which namespace it is, and when it began. */
const isLinux = process.platform === 'linux'

const never = (value: unknown): never => value as never

let folder: string
let file: string
const claims: FolderClaim[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claim-'))
  file = join(folder, 'service.pid')
})
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.release()
  rmSync(folder, { recursive: true })
})

/** A claim that is given back after the test, and is renewed when its clock says so. */
const claim = (dataDir: string, options: ClaimFolderOptions = {}) => {
  const claimed = claimFolder(dataDir, { clock: new TestClock(), ...options })
  claims.push(claimed)
  return claimed
}
const owner = () => Number.parseInt(readFileSync(file, 'utf8'), 10)
/** The claim was renewed last so many seconds ago. */
const age = (seconds: number) => utimesSync(file, Date.now() / 1_000 - seconds, Date.now() / 1_000 - seconds)
const ageNow = () => (Date.now() - statSync(file).mtimeMs) / 1_000

describe('claimFolder', () => {
  test('has a folder until it is released, once', async () => {
    const { release } = claim(folder)
    expect(owner()).toBe(process.pid)
    await release()
    expect(readdirSync(folder)).toEqual([])

    claim(folder)
    await release()
    expect(owner()).toBe(process.pid)
  })

  test('gives it back at the end of a block, after the database', async () => {
    {
      await using _claim = claimFolder(folder)
      await using client = await PGlite.create(join(folder, 'postgres'))
      await client.exec('create table pens ()')
    }
    expect(() => owner()).toThrow('ENOENT')
    await using client = await PGlite.create(join(folder, 'postgres'))
    expect((await client.query('select * from pens')).rows).toEqual([])
  })

  test('makes one that is missing, with those around it', () => {
    file = join(folder, 'a', 'b', 'service.pid')
    claim(join(folder, 'a', 'b'))
    expect(owner()).toBe(process.pid)
  })

  test('knows how PGlite names a folder', () => {
    claim(`file://${folder}`)
    expect(owner()).toBe(process.pid)
  })

  test('has the same folder of a relative path, wherever the process goes', async () => {
    const clock = new TestClock()
    const before = process.cwd()
    process.chdir(folder)
    try {
      const { release } = claim('data', { clock })
      process.chdir(before)
      file = join(folder, 'data', 'service.pid')
      age(15)
      await clock.advance('2s')
      expect(ageNow()).toBeLessThan(10)
      await release()
      expect(readdirSync(join(folder, 'data'))).toEqual([])
    } finally {
      process.chdir(before)
    }
  })

  test('listens once for the end of the process, however many there are', async () => {
    const listeners = process.listenerCount('exit')
    const many = Array.from({ length: 11 }, (_, index) => claim(join(folder, `${index}`)))
    expect(process.listenerCount('exit')).toBe(listeners + 1)
    for (const { release } of many) await release()
    expect(process.listenerCount('exit')).toBe(listeners)
  })

  test.each(['memory://', 'memory://data', 'idb://data', 'opfs-ahp://data'])(
    'leaves alone what is no folder: %s',
    async (dataDir) => {
      const before = readdirSync(process.cwd())
      const [first, second] = [claim(dataDir), claim(dataDir)]
      await first.release()
      await second.release()
      expect(readdirSync(process.cwd())).toEqual(before)
    },
  )

  test('of a folder that cannot be written says why', () => {
    // Not even the superuser makes a file there.
    const refusal = expect.objectContaining({ code: expect.stringMatching(/^(EACCES|ENOENT|EPERM|EROFS)$/) })
    expect(() => claimFolder('/proc')).toThrow(refusal)
    writeFileSync(join(folder, 'file'), '')
    expect(() => claimFolder(join(folder, 'file'))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  })

  test('says where there is no file system', () => {
    const missing = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(() => claimFolder(folder)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    missing.mockRestore()
  })

  test.each([
    ['dataDir', () => claimFolder(''), 'a text that is not empty'],
    ['onLost', () => claimFolder(folder, { onLost: never(1) }), 'a function'],
    ['clock', () => claimFolder(folder, { clock: never({}) }), 'an object with'],
  ])('refuses a wrong %s, and claims nothing', (option, make, wanted) => {
    expect(make).toThrow(`@base/drizzle claimFolder: ${option} must be ${wanted}`)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a folder that was claimed', () => {
  test('is refused while the process that has it lives, with its number', () => {
    writeFileSync(file, String(process.ppid))
    const refused = expect.objectContaining({
      code: 'FOLDER_TAKEN',
      kind: 'conflict',
      message: expect.stringContaining(`is in use by process ${process.ppid} of ${hostname()}`),
      details: { folder, pid: process.ppid, host: hostname() },
    })
    age(60)
    expect(() => claimFolder(folder)).toThrow(refused)
    expect(owner()).toBe(process.ppid)
  })

  test('is refused to the same process too', () => {
    claim(folder)
    age(60)
    expect(() => claimFolder(folder)).toThrow(FolderTakenError)
  })

  /** The claim of this process, with other words in it. */
  const changed = (words: Partial<Record<'id' | 'place' | 'birth', string>> & { readonly pid?: number }) => {
    claim(folder)
    const [pid, host, id, place, birth] = readFileSync(file, 'utf8').trim().split(' ')
    return [words.pid ?? pid, host, words.id ?? id, words.place ?? place, words.birth ?? birth].join(' ')
  }

  const judgedByAge: [string, () => string][] = [
    ['of another machine, or of a container', () => '1 elsewhere'],
    ['of our own number, which may be that of a container beside us', () => `${process.pid} ${hostname()}`],
    ['of another thread of this process, which may have been terminated', () => changed({ id: 'another' })],
  ]
  if (isLinux)
    judgedByAge.push([
      'of a number that nobody has here, in a container with our name',
      () => changed({ pid: NOBODY, place: 'boot/pid:[1]' }),
    ])
  test.each(judgedByAge)(
    'is refused while a claim %s is renewed, and taken over when it is not',
    (_, make) => {
      const content = make()
      writeFileSync(file, content)
      age(5)
      expect(() => claimFolder(folder)).toThrow(FolderTakenError)
      expect(readFileSync(file, 'utf8')).toBe(content)

      // Set back since, a clock says that it comes.
      for (const seconds of [15, -15]) {
        writeFileSync(file, content)
        age(seconds)
        void claim(folder).release()
      }
    },
  )

  const dead: [string, () => string][] = [
    ['of a process that died', () => `${NOBODY}\n`],
    ['of one that died on this machine', () => `${NOBODY} ${hostname()}`],
    ['that a crash left empty', () => ''],
    ['that is no number', () => 'none'],
  ]
  if (isLinux)
    dead.push(
      ['whose number another has by now', () => changed({ pid: process.ppid, birth: '1' })],
      ['of a process that had our number before us', () => changed({ birth: '1' })],
    )
  test.each(dead)('is taken over at once from a claim %s', (_, make) => {
    writeFileSync(file, make())
    claim(folder)

    expect(owner()).toBe(process.pid)
    expect(readdirSync(folder)).toEqual(['service.pid'])
  })

  test('is free where it is given back while it is looked at', () => {
    writeFileSync(file, `${process.ppid}`)
    const read = fs.readFileSync
    const reading = vi.spyOn(fs, 'readFileSync').mockImplementation(((path: string, encoding: 'utf8') => {
      const text = read(path, encoding)
      if (path === file) rmSync(file)
      return text
    }) as typeof read)
    claim(folder)
    reading.mockRestore()
    expect(owner()).toBe(process.pid)
  })

  test('is refused while another takes it over', () => {
    writeFileSync(file, String(NOBODY))
    writeFileSync(`${file}.turn`, '')

    expect(() => claimFolder(folder)).toThrow(`delete ${file}.turn`)
    expect(owner()).toBe(NOBODY)
  })
})

describe('a claim', () => {
  test('is renewed, and leaves no timer when it is released', async () => {
    const clock = new TestClock()
    const { release } = claim(folder, { clock })
    for (let turn = 0; turn < 3; turn++) {
      age(15)
      await clock.advance('2s')
      expect(ageNow()).toBeLessThan(10)
    }
    await release()
    expect(clock.pending).toBe(0)
  })

  test('that somebody has deleted is not lost, and does not come back', async () => {
    const clock = new TestClock()
    const lost = vi.fn()
    claim(folder, { clock, onLost: lost })
    rmSync(file)
    await clock.advance('2s')
    expect([lost.mock.calls, readdirSync(folder)]).toEqual([[], []])
  })

  test('that was taken over is lost once, and is neither renewed nor given back', async () => {
    const clock = new TestClock()
    const lost = vi.fn()
    const { release } = claim(folder, { clock, onLost: lost })
    writeFileSync(file, '7 elsewhere')
    age(5)
    await clock.advance('10s')
    await release()

    const details = { folder, pid: 7, host: 'elsewhere' }
    expect(lost.mock.calls).toMatchObject([[{ code: 'FOLDER_TAKEN', details }]])
    expect(readFileSync(file, 'utf8')).toBe('7 elsewhere')
    expect(ageNow()).toBeGreaterThan(4)
    expect(clock.pending).toBe(0)
  })

  test('that is lost ends the process at once, unless told otherwise', async () => {
    const clock = new TestClock()
    const [exit, told] = [
      vi.spyOn(process, 'exit').mockReturnValue(undefined as never),
      vi.spyOn(console, 'error').mockReturnValue(),
    ]
    claim(folder, { clock })
    writeFileSync(file, '7 elsewhere')
    await clock.advance('2s')

    expect([exit.mock.calls, told.mock.calls]).toEqual([
      [[1]],
      [[expect.stringContaining(`${folder} was taken over by another process`)]],
    ])
    exit.mockRestore()
    told.mockRestore()
  })
})
