import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { Layer, Shape } from '../../src/index.ts'
import * as joinery from '../../src/index.ts'
import { type Drawn, drawnWith, initial, layerOf } from '../drawn.ts'
import { sizeOf } from '../ops/reference.ts'
import { untyped } from '../running.ts'
import { source } from './source.ts'

// Random networks of every layer: a description that fast-check draws and shrinks, and what is made of it. Parts that do
// not fit what comes before them are left out, so that every description makes a network.

type Calls = readonly Part[]
/** A part of a network, as it is drawn. */
export type Part =
  | { readonly is: 'layer'; readonly call: Drawn }
  | { readonly is: 'residual'; readonly inner: Calls; readonly merge: string }
  | { readonly is: 'ways'; readonly ways: readonly Calls[]; readonly merge: string; readonly fan: string }
  | { readonly is: 'repeat'; readonly inner: Calls; readonly times: number }
  | { readonly is: 'block'; readonly inner: Calls; readonly name: string }
  | { readonly is: 'shared'; readonly inner: Calls; readonly name: string; readonly aside: boolean }
  | { readonly is: 'when'; readonly inner: Calls; readonly on: boolean }

/** A network, as it is drawn. */
export interface Description {
  /** The layer that takes the inputs. */
  readonly first: Drawn
  /** What each input goes through before. */
  readonly before: readonly Calls[]
  readonly after: Calls
  /** Whether dimensions but the last are unknown to the network, where it can do without them. */
  readonly open: boolean
}

/** A layer with the text of a program that makes it. */
interface Made {
  readonly layer: Layer
  readonly text: string
}
type Flow = readonly Shape[]

/** More elements than these between two layers take too long in doubles. */
const most = 1500
/** How many layers a sequence may have. */
const deepest = 8

const attempt = <A>(make: () => A): A | null => {
  const made = E.tryCatch(make, E.toError)
  if (E.isRight(made)) return made.right
  if ('remedy' in made.left) return null
  throw made.left
}
const call = (name: keyof typeof untyped, ...parts: readonly (Made | { readonly given: unknown })[]): Made => ({
  layer: untyped[name](...parts.map(part => ('layer' in part ? part.layer : part.given))),
  text: `${String(name)}(${parts.map(part => ('text' in part ? part.text : source(part.given))).join(', ')})`,
})
const layer = (name: keyof typeof untyped, ...given: readonly unknown[]): Made =>
  call(name, ...given.map(given => ({ given })))
/** The shapes that come out, where a layer takes those that come in. */
const through = ({ layer }: Made, flow: Flow): Flow | null =>
  attempt(() => {
    const shapes = joinery.outputShape(layer, (flow.length === 1 ? flow[0] : flow) as Shape) as Shape | Flow
    const all = (shapes.length > 0 && Array.isArray(shapes[0]) ? shapes : [shapes]) as Flow
    return all.every(shape => shape !== null && sizeOf(shape as number[]) <= most) ? all : null
  })
const joined = (parts: readonly Made[]): Made => (parts.length === 1 ? (parts[0] as Made) : call('join', ...parts))

/** The parts that fit, one after the other, and what comes out; null where none does. */
const sequence = (parts: Calls, flow: Flow): { readonly made: readonly Made[]; readonly out: Flow } => {
  let [made, out]: [readonly Made[], Flow] = [[], flow]
  for (const part of parts) {
    if (made.length === deepest) break
    const next = attempt(() => make(part, out))
    if (next === null) continue
    const longer = [...made, next]
    const whole = attempt(() => joined(longer))
    const shapes = whole && through(whole, flow)
    if (shapes) [made, out] = [longer, shapes]
  }
  return { made, out }
}
const within = (parts: Calls, flow: Flow): Made | null => {
  const { made } = sequence(parts, flow)
  return made.length > 0 ? joined(made) : null
}

/** Ways of one shape, flattened where theirs differ. */
const alike = (ways: readonly Made[], flow: Flow): readonly Made[] => {
  const shapes = ways.map(way => JSON.stringify(through(way, flow)))
  if (shapes.every(shape => shape === shapes[0])) return ways
  return ways.map(way => call('join', way, layer('Reshape'), layer('Linear', 3)))
}
const merged = (merge: string): Made => (merge === 'concatenate' ? layer('Concatenate') : layer('Elementwise', merge))

const make = (part: Part, flow: Flow): Made | null => {
  if (part.is === 'layer') {
    const { name, given } = part.call
    return { layer: layerOf(part.call), text: `${name}(${given.map(source).join(', ')})` }
  }
  if (part.is === 'ways') {
    const ways = part.ways.map(way => within(way, flow) ?? layer('Identity'))
    if (part.merge === 'none') return call(part.fan as 'parallel', ...ways)
    return call('join', call(part.fan as 'parallel', ...alike(ways, flow)), merged(part.merge))
  }
  const inner = within(part.inner, flow)
  if (inner === null) return null
  switch (part.is) {
    case 'residual': {
      const [shortcut, own] = alike([layer('Identity'), inner], flow) as [Made, Made]
      const options = { layer: undefined, text: `{ shortcut: ${shortcut.text}, merge: '${part.merge}' }` }
      return {
        layer: untyped.residual(own.layer, { shortcut: shortcut.layer, merge: part.merge }),
        text: `residual(${own.text}, ${options.text})`,
      }
    }
    case 'repeat':
      return call('repeat', inner, { given: part.times })
    case 'block':
      return call('block', { given: part.name }, inner)
    case 'when':
      return call('when', { given: part.on }, inner)
    case 'shared': {
      const one = call('shared', { given: part.name }, inner)
      return part.aside
        ? call('join', call('branch', one, call('join', layer('Tanh'), one)), layer('Elementwise'))
        : one
    }
  }
}

/** A network with the text of a program that makes it, and what its inputs may be. */
export interface Drawing extends Made {
  /** The shapes of the inputs, without the batch. */
  readonly shapes: readonly (readonly number[])[]
  /** For each input, how many ids there are where it holds ids, or that it is a mask. */
  readonly holds: readonly ('numbers' | 'mask' | number)[]
}

const optionsIn = ({ given }: Drawn): Readonly<Record<string, unknown>> => {
  const last = given.at(-1)
  return typeof last === 'object' && last !== null && !Array.isArray(last)
    ? (last as Readonly<Record<string, unknown>>)
    : {}
}
const holding = (first: Drawn): Drawing['holds'] =>
  first.inputs.map((_, i) => {
    if (first.name === 'Embedding') return first.given[0] as number
    return optionsIn(first).mask === true && i === first.inputs.length - 1 && i > 0 ? 'mask' : 'numbers'
  })

/** The network of a description; null where its first layer does not fit its inputs. */
export const networkOf = ({ first, before, after, open }: Description): Drawing | null => {
  const holds = holding(first)
  const shapes = first.inputs
  if (shapes.some(shape => sizeOf(shape) > most / 4)) return null
  const started = (unknown: boolean): Made | null => {
    const starts = shapes.map((shape, i) => {
      const input = layer(
        'Input',
        shape.map((d, k) => (unknown && k < shape.length - 1 ? null : d)),
      )
      // What comes before keeps the shape.
      const own = holds[i] === 'numbers' ? sequence(before[i] ?? [], [[3, ...shape]]) : { made: [], out: [] }
      const keeps = JSON.stringify(own.out) === JSON.stringify([[3, ...shape]])
      return joined([input, ...(keeps ? own.made : [])])
    })
    return attempt(() => {
      const start = starts.length === 1 ? (starts[0] as Made) : call('parallel', ...starts)
      const flow = shapes.map(shape => [3, ...shape])
      const { made } = sequence([{ is: 'layer', call: first }, ...after], flow)
      if (made.length === 0) return null
      const whole = call('join', start, ...made)
      joinery.init(whole.layer, joinery.key(0))
      return whole
    })
  }
  const whole = (open ? started(true) : null) ?? started(false)
  return whole && { ...whole, shapes, holds }
}

const layers: fc.Arbitrary<Drawn> = (() => {
  // An Embedding further down would be given numbers that are no ids.
  const { Embedding: _, Input: __, ...table } = drawnWith(initial)
  return fc.oneof(...Object.values(table))
})()
const firsts: fc.Arbitrary<Drawn> = fc.oneof(...Object.values(drawnWith(initial)))
const merges = fc.constantFrom('add', 'multiply', 'subtract', 'average', 'maximum', 'minimum')

const { part } = fc.letrec<{ part: Part; calls: Calls }>(tie => ({
  calls: fc.array(tie('part'), { minLength: 1, maxLength: 5, depthIdentifier: 'parts' }),
  part: fc.oneof(
    { depthIdentifier: 'parts', depthSize: 'small', maxDepth: 3 },
    { weight: 14, arbitrary: layers.map((call): Part => ({ is: 'layer', call })) },
    {
      weight: 1,
      arbitrary: fc.record({ is: fc.constant('residual' as const), inner: tie('calls'), merge: merges }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('ways' as const),
        ways: fc.array(tie('calls'), { minLength: 2, maxLength: 3 }),
        merge: fc.oneof(fc.constantFrom('concatenate', 'none'), merges),
        fan: fc.constantFrom('branch', 'parallel'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('repeat' as const),
        inner: tie('calls'),
        times: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('block' as const),
        inner: tie('calls'),
        name: fc.constantFrom('b{}', 'b-{:02d}', 'own'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('shared' as const),
        inner: tie('calls'),
        name: fc.constantFrom('twin', 'other'),
        aside: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ is: fc.constant('when' as const), inner: tie('calls'), on: fc.boolean() }),
    },
  ),
}))
const parts: fc.Arbitrary<Calls> = fc.array(part, { maxLength: 16 })

/** Networks of 1 to 8 layers or parts in a row. */
export const descriptions: fc.Arbitrary<Description> = fc.record({
  first: firsts,
  before: fc.array(fc.array(part, { maxLength: 3 }), { maxLength: 2 }),
  after: parts,
  open: fc.boolean(),
})
