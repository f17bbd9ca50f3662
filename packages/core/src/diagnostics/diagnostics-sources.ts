/** What a source says of itself at this moment: its name, its state, its counters. */
export type DiagnosticsReading = Readonly<Record<string, string | number | undefined>>

/** A source, and what it says. */
export interface ReadDiagnosticsSource {
  /** The same object at each reading, to tell sources of one name apart. */
  readonly source: object
  /** What it says. */
  readonly reading: DiagnosticsReading
}

/** The objects of one kind that can be read; nobody has to. */
export interface DiagnosticsSources<in Source extends object = object> {
  /** Makes it readable for as long as something else holds it. */
  add(source: Source): void
}

/** As another copy of this package sees it. */
interface Group {
  readonly name: string
  read(): ReadDiagnosticsSource[]
}

const PLACE = Symbol.for('@base/core/diagnostics-sources')
/** Below so many, those that are gone are not looked for. */
const FEW = 64

/**
 * Objects whose counters are read when somebody asks, so that counting costs no event: `base:<package>:<pattern>`. Sources are held
 * weakly, and found whenever they were made. Make it once, at the top of a file.
 *
 * @example
 * class Pool {
 *   open = 0
 *   constructor() {
 *     pools.add(this)
 *   }
 * }
 * const pools = diagnosticsSources('base:my-service:pool', ({ open }: Pool) => ({ open }))
 */
export function diagnosticsSources<Source extends object>(
  name: `base:${string}:${string}`,
  read: (source: Source) => DiagnosticsReading,
): DiagnosticsSources<Source> {
  return new WeakGroup(name, read)
}

/**
 * What all living sources say, by the name of their kind; those whose reading throws are left out.
 *
 * @example
 * readDiagnosticsSources().get('base:resilience:bulkhead')
 */
export function readDiagnosticsSources(): Map<string, ReadDiagnosticsSource[]> {
  const found = new Map<string, ReadDiagnosticsSource[]>()
  for (const group of groups()) found.set(group.name, [...(found.get(group.name) ?? []), ...group.read()])
  return found
}

class WeakGroup<Source extends object> implements DiagnosticsSources<Source>, Group {
  readonly name: string
  readonly #read: (source: Source) => DiagnosticsReading
  #refs: WeakRef<Source>[] = []
  #roomUntil = FEW

  constructor(name: string, read: (source: Source) => DiagnosticsReading) {
    this.name = name
    this.#read = read
  }

  add(source: Source): void {
    // With the first of its kind, so that a module which is only loaded leaves nothing behind.
    if (this.#refs.length === 0) groups().add(this)
    if (this.#refs.length >= this.#roomUntil) this.#tidy()
    this.#refs.push(new WeakRef(source))
  }

  read(): ReadDiagnosticsSource[] {
    this.#tidy()
    const found: ReadDiagnosticsSource[] = []
    for (const ref of this.#refs) {
      const source = ref.deref()
      if (source === undefined) continue
      try {
        found.push({ source, reading: this.#read(source) })
      } catch {
        // One that cannot be read must not hide the others.
      }
    }
    return found
  }

  /** Twice as many as live may come before it is done again, so that adding stays cheap. */
  #tidy(): void {
    this.#refs = this.#refs.filter((ref) => ref.deref() !== undefined)
    this.#roomUntil = Math.max(FEW, 2 * this.#refs.length)
  }
}

/** One for all copies of this package in the process. */
function groups(): Set<Group> {
  const realm = globalThis as { [PLACE]?: Set<Group> }
  realm[PLACE] ??= new Set()
  return realm[PLACE]
}
