import type { Initializer, Model, Port } from './model.ts'

// Models of one network for inputs of several shapes differ in few things: the shapes of what goes in and comes out, and
// lists of whole numbers that say shapes. One session runs them all where it is given these with each run, so that weights
// are there once.

const isList = ({ values }: Initializer): boolean => values instanceof BigInt64Array
const lists = ({ initializers }: Model): readonly Initializer[] => initializers.filter(isList)
const weights = ({ initializers }: Model): readonly Initializer[] => initializers.filter(each => !isList(each))

/** What models have in common that one session can run, but for the numbers of their weights. */
export const formOf = ({ nodes, initializers, inputs, outputs }: Model): string =>
  JSON.stringify([
    nodes,
    initializers.map(each => [each.name, isList(each) ? each.shape.length : each.shape]),
    [inputs, outputs].map(ports => ports.map(({ name, shape }) => [name, shape.length])),
  ])

const wordsOf = ({ buffer, byteOffset, byteLength }: Initializer['values']): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength >> 2)
const sameNumbers = (a: Initializer['values'], b: Initializer['values']): boolean => {
  if (a === b) return true
  const [words, others] = [wordsOf(a), wordsOf(b)]
  return words.length === others.length && words.every((word, i) => word === others[i])
}

/** Whether models of one form have the same weights. */
export const sameWeights = (model: Model, other: Model): boolean => {
  const others = weights(other)
  return weights(model).every(({ values }, i) => sameNumbers(values, (others[i] as Initializer).values))
}

/** Which lists of a model differ in another one of its form. */
export const differing = (model: Model, other: Model): ReadonlySet<string> => {
  const others = lists(other)
  const differ = lists(model).filter(({ values }, i) => !sameNumbers(values, (others[i] as Initializer).values))
  return new Set(differ.map(({ name }) => name))
}

/** Dimensions that differ are not known. */
const loosened = (ports: readonly Port[], others: readonly Port[]): readonly Port[] =>
  ports.map((port, i) => ({
    ...port,
    shape: port.shape.map((d, axis) => (d === (others[i] as Port).shape[axis] ? d : null)),
  }))

/** A model that runs two of one form, and takes some of their lists. */
export const common = (model: Model, other: Model, taken: ReadonlySet<string>): Model => ({
  nodes: model.nodes,
  initializers: model.initializers.filter(({ name }) => !taken.has(name)),
  inputs: [
    ...loosened(model.inputs, other.inputs),
    ...lists(model)
      .filter(({ name }) => taken.has(name))
      .map(({ name, shape }): Port => ({ name, shape, type: 'int64' })),
  ],
  outputs: loosened(model.outputs, other.outputs),
})

/** Whether a model runs another one of its form where it takes these lists, its other dimensions being the same. */
export const covers = ({ inputs, outputs }: Model, model: Model, other: Model, taken: ReadonlySet<string>): boolean =>
  [...differing(model, other)].every(name => taken.has(name)) &&
  [inputs, outputs].every((ports, side) =>
    (side === 0 ? other.inputs : other.outputs).every(({ shape }, i) =>
      shape.every((d, axis) => ((ports[i] as Port).shape[axis] ?? d) === d),
    ),
  )
