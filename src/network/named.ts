import * as E from 'fp-ts/lib/Either.js'
import { dimsOf, withDims } from '../base/dimensions.ts'
import type { Fault } from '../base/errors.ts'
import { type Flow, type Shape, showFlow } from '../base/shape.ts'

// Names of dimensions through layers. No layer's rule knows of them: a rule is tried with sizes in the place of a name. A
// dimension that comes out with each of these sizes is the one that came in.

/** The shape rule of a layer. */
type ShapeRule = (inputs: Flow) => E.Either<Fault, Shape | null>

/** Sizes to try, two at a time: smaller ones if a layer takes no larger, as a table of positions may. */
const trials = [
  [1009, 1511],
  [53, 71],
  [7, 5],
] as const
type Trial = (typeof trials)[number]

/** The inputs with sizes in the place of names. */
const sized = (inputs: Flow, ...sizes: readonly (readonly [name: string, size: number])[]): Flow => {
  const known = new Map(sizes)
  return inputs.map(input => {
    const names = dimsOf(input)
    const sizeAt = (axis: number) => known.get(names[axis] ?? '') ?? null
    return (
      input &&
      withDims(
        input.map((d, axis) => d ?? sizeAt(axis)),
        names,
      )
    )
  })
}

const tried = (rule: ShapeRule, inputs: Flow): E.Either<Fault, Shape | null> | undefined => {
  try {
    return rule(inputs)
  } catch {
    // A rule of the user's may compute what it cannot of these sizes.
    return undefined
  }
}
const accepts = (rule: ShapeRule, inputs: Flow): boolean => {
  const result = tried(rule, inputs)
  return result !== undefined && E.isRight(result)
}

/** What comes out for each of two sizes of a name, and the sizes; `undefined` if the layer takes none of those tried. */
interface Kept {
  readonly name: string
  readonly trial: Trial
  readonly shapes: readonly (Shape | null)[]
}
const keptBy = (rule: ShapeRule, inputs: Flow, name: string): Kept | undefined => {
  for (const trial of trials) {
    const results = trial.map(size => tried(rule, sized(inputs, [name, size])))
    if (results.every(result => result !== undefined && E.isRight(result)))
      return { name, trial, shapes: results.map(result => (result as E.Right<Shape | null>).right) }
  }
  return undefined
}

/** The fault of two names whose sizes must be the same: the layer takes any one size for both, but no two sizes. */
const clashOf = (rule: ShapeRule, inputs: Flow, a: Kept, b: Kept): Fault | undefined => {
  const [size, other] = a.trial[0] < b.trial[0] ? a.trial : b.trial
  const apart = sized(inputs, [a.name, size], [b.name, other])
  const result = tried(rule, apart)
  if (result === undefined || E.isRight(result)) return undefined
  if (!accepts(rule, sized(inputs, [a.name, size], [b.name, size]))) return undefined
  const { got, ...fault } = result.left
  return { ...fault, got: got === showFlow(apart) ? showFlow(inputs) : got }
}

/** The names among the dimensions of the inputs; most inputs have none. */
const namesIn = (inputs: Flow): readonly string[] => [
  ...new Set(inputs.flatMap(input => dimsOf(input).filter(name => name !== undefined))),
]

/**
 * The output shape of a layer, with the names of the dimensions that it keeps; a fault also if two names are given where it
 * needs one size.
 */
export const namedShape = (rule: ShapeRule, inputs: Flow): E.Either<Fault, Shape | null> => {
  const result = rule(inputs)
  const names = namesIn(inputs)
  if (names.length === 0 || E.isLeft(result)) return result
  const kept = names.map(name => keptBy(rule, inputs, name)).filter(one => one !== undefined)
  for (const [i, b] of kept.entries())
    for (const a of kept.slice(0, i)) {
      const clash = clashOf(rule, inputs, a, b)
      if (clash !== undefined) return E.left(clash)
    }
  const shape = result.right
  if (shape === null) return result
  const own = dimsOf(shape)
  const nameAt = (axis: number) =>
    kept.find(({ trial, shapes }) => trial.every((size, i) => shapes[i]?.[axis] === size))?.name
  const dims = shape.map((_, axis) => own[axis] ?? nameAt(axis))
  return E.right(withDims(shape, dims))
}

/** The shapes of the outputs after the first, likewise, of a layer that takes these inputs. */
export const namedFurther = (rule: ShapeRule, further: (inputs: Flow) => Flow, inputs: Flow): Flow =>
  further(inputs).map((shape, i) => {
    const named = namedShape(flow => E.flatMap(rule(flow), () => E.right(further(flow)[i] ?? null)), inputs)
    return E.isRight(named) ? named.right : shape
  })
