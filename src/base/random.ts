import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { InvalidOption, show, wrongArgument } from './errors.ts'
import { shownAs } from './shown.ts'
import { fillUniform } from './uniform.ts'

/**
 * An explicit source of randomness. A key is a value: the same key always gives the same draws, and new keys are made
 * from it with {@link split} and {@link foldIn}. Use each key for one purpose.
 */
export interface Key {
  readonly kind: 'Key'
  /** 128 bits, as four signed 32-bit integers. */
  readonly words: readonly [number, number, number, number]
  /** For a symbolic key: what was folded into the key that it stands for. */
  readonly path?: readonly (number | string)[]
}

/** Whether a value is a key. */
export const isKey = (value: unknown): value is Key => {
  if (typeof value !== 'object' || value === null) return false
  try {
    const { kind, words } = value as Partial<Key>
    return kind === 'Key' && Array.isArray(words) && words.length === 4 && words.every(Number.isInteger)
  } catch {
    // A proxy or getter of the user's.
    return false
  }
}

/**
 * Checks that a value is a key, as a call from JavaScript may give anything.
 *
 * @param owner the function that was called
 * @throws InvalidOption if it is not
 */
export const asKey = (owner: string, value: unknown): Key => {
  if (isKey(value)) return value
  const remedy = 'Make one from a number: key(42).'
  throw new InvalidOption({ layer: owner, option: 'key', expected: 'a key', got: show(value), remedy })
}

/** The key of four words, such as one that was written into a file. */
export const fromWords = (words: readonly [number, number, number, number]): Key =>
  Object.freeze(Object.assign(Object.create(shown), { kind: 'Key', words: Object.freeze(words) }))

/** How keys show themselves, which otherwise are plain values. */
const shown: object = Object.freeze(
  Object.defineProperties(
    {},
    shownAs(({ words, path }: Key) => {
      const bits = words.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('')
      return `Key ${bits}${path === undefined ? '' : ` of ${path.join(', ')}`}`
    }),
  ),
)

/** The finalizer of MurmurHash3 (Appleby 2011): every bit of the input flips every bit of the output half the time. */
const avalanche = (bits: number): number => {
  let h = bits
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Absorbs one 32-bit word into each word of a key, differently. */
const mixIn = (words: Key['words'], data: number): Key['words'] => {
  const mixed = words.map((word, i) => avalanche(word ^ avalanche((data + Math.imul(i + 1, 0x9e3779b9)) | 0)))
  const generator = xoroshiro128plusFromState([
    mixed[0] as number,
    mixed[1] as number,
    mixed[2] as number,
    mixed[3] as number,
  ])
  // The first outputs of a xoroshiro generator still resemble its state.
  for (let i = 0; i < 4; i++) generator.next()
  return [generator.next(), generator.next(), generator.next(), generator.next()]
}

const root: Key['words'] = [0x6a6f696e, 0x65727921, 0x243f6a88, -0x7a5cf72d]

/**
 * A key from a seed.
 *
 * @param seed any finite number
 * @throws InvalidOption if the seed is not a finite number
 * @example
 * ```ts
 * const variables = init(join(Input(4), Softmax(3)), key(42))
 * ```
 */
export const key = (seed: number): Key => {
  if (!Number.isFinite(seed)) throw wrongArgument('key', 'seed', 'a finite number', show(seed), 'key(42)')
  const bits = new Int32Array(new Float64Array([seed]).buffer)
  return fromWords(mixIn(mixIn(root, bits[0] as number), bits[1] as number))
}

/**
 * A placeholder for a key, used while tracing: it records what is folded into it, and {@link resolveKey} replaces it by a
 * key that gives draws.
 */
export const symbolicKey: Key = Object.freeze({ kind: 'Key', words: Object.freeze([0, 0, 0, 0] as const), path: [] })

/** A placeholder for one of several keys. */
export const symbolicKeyOf = (at: number): Key =>
  Object.freeze({ ...symbolicKey, words: Object.freeze([at, 0, 0, 0] as const) })

/** What symbolic keys stand for: one key, or several in order. */
export type Roots = Key | readonly Key[]

/** The key that a symbolic key stands for, derived from its root; any other key is returned as it is. */
export const resolveKey = (key: Key, roots: Roots): Key => {
  if (key.path === undefined) return key
  const root = Array.isArray(roots) ? (roots[key.words[0]] as Key) : (roots as Key)
  return key.path.reduce<Key>((from, data) => foldIn(from, data), root)
}

/**
 * The key of a sub-purpose: the same `data` gives the same key, different `data` independent ones.
 *
 * @param data an integer (a step, an epoch) or a text (a name)
 * @throws InvalidOption if a number is not a safe integer
 */
export const foldIn = (from: Key, data: number | string): Key => {
  const { words: own, path } = asKey('foldIn', from)
  if (path !== undefined) return Object.freeze({ kind: 'Key', words: own, path: Object.freeze([...path, data]) })
  if (typeof data === 'string') {
    // Strings and integers never collide: a string starts with a word that is never the first of an integer.
    let words = mixIn(mixIn(own, -1), data.length)
    for (let i = 0; i < data.length; i++) words = mixIn(words, data.charCodeAt(i))
    return fromWords(words)
  }
  if (!Number.isSafeInteger(data))
    throw wrongArgument('foldIn', 'data', 'an integer or a string', show(data), "foldIn(key(42), 'dropout')")
  return fromWords(mixIn(mixIn(own, Math.floor(data / 2 ** 32) & 0x7fffffff), data | 0))
}

const mostKeys = 1_000_000

/**
 * `n` independent keys.
 *
 * @throws InvalidOption if `n` is not a positive integer
 * @example
 * ```ts
 * const [forWeights, forTraining] = split(key(1), 2)
 * ```
 */
export const split = (from: Key, n = 2): readonly Key[] => {
  const own = asKey('split', from)
  if (!Number.isInteger(n) || n < 1 || n > mostKeys)
    throw wrongArgument('split', 'n', `an integer from 1 to ${mostKeys}`, show(n), 'split(key(42), 3)')
  return Object.freeze(Array.from({ length: n }, (_, i) => foldIn(own, i)))
}

/** A fresh generator at the start of the key's stream, for the distributions of pure-rand. */
export const generator = (from: Key): RandomGenerator => xoroshiro128plusFromState(from.words)

/** How many draws an array holds. */
const most = 2 ** 30
const checked = (owner: string, from: unknown, n: unknown, bounds: readonly unknown[] = []): Key => {
  const own = asKey(owner, from)
  const fault = (option: string, expected: string, got: unknown) =>
    wrongArgument(owner, option, expected, show(got), `${owner}(key(42), 10)`)
  if (!Number.isInteger(n) || (n as number) < 0 || (n as number) > most)
    throw fault('n', `an integer from 0 to ${most}`, n)
  const bad = bounds.findIndex(bound => typeof bound !== 'number')
  if (bad >= 0) throw fault('options', 'numbers', bounds[bad])
  return own
}

/**
 * `n` draws from [low, high).
 *
 * @throws InvalidOption if an argument is invalid
 */
export const uniforms = (from: Key, n: number, low = 0, high = 1): Float32Array => {
  const { words } = checked('uniforms', from, n, [low, high])
  const values = new Float32Array(n)
  fillUniform(words, values)
  // 24 bits, so that the array has held them exactly.
  if (low !== 0 || high !== 1) for (let i = 0; i < n; i++) values[i] = low + (high - low) * (values[i] as number)
  return values
}

/** `n` draws from the normal distribution, by the transform of Box and Muller (1958). */
export const normals = (from: Key, n: number, mean = 0, std = 1): Float32Array => {
  const source = generator(checked('normals', from, n, [mean, std]))
  const values = new Float32Array(n)
  for (let i = 0; i < n; i += 2) {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    const radius = std * Math.sqrt(-2 * Math.log(1 - uniformFloat64(source)))
    const angle = 2 * Math.PI * uniformFloat64(source)
    values[i] = mean + radius * Math.cos(angle)
    if (i + 1 < n) values[i + 1] = mean + radius * Math.sin(angle)
  }
  return values
}

/** The numbers 0 .. n - 1 in a random order (Fisher and Yates). */
export const permutation = (from: Key, n: number): Int32Array => {
  const source = generator(checked('permutation', from, n))
  const order = new Int32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniformFloat64(source) * (i + 1))
    const other = order[j] as number
    order[j] = order[i] as number
    order[i] = other
  }
  return order
}
