import type { Initializer, Model, Port } from './model.ts'

// Models of one network for inputs of several shapes differ only in the shapes of inputs and outputs, and in lists of integers
// with shapes. One session runs them all if it gets these lists as inputs, so the weights are in memory once.

const isList = ({ values }: Initializer): boolean => values instanceof BigInt64Array
const lists = ({ initializers }: Model): readonly Initializer[] => initializers.filter(isList)
const weights = ({ initializers }: Model): readonly Initializer[] => initializers.filter(each => !isList(each))

/** What models must have in common for one session to run them, except the numbers of their weights. */
export const formOf = ({ nodes, initializers, inputs, outputs }: Model): string =>
  JSON.stringify([
    nodes,
    initializers.map(each => [each.name, isList(each) ? each.shape.length : each.shape]),
    [inputs, outputs].map(ports => ports.map(({ name, shape }) => [name, shape.length])),
  ])

const wordsOf = ({ buffer, byteOffset, byteLength }: Initializer['values']): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength >> 2)
/** Whether constants have the same bits. */
export const sameNumbers = (a: Initializer['values'], b: Initializer['values']): boolean => {
  if (a === b) return true
  const [words, others] = [wordsOf(a), wordsOf(b)]
  return words.length === others.length && words.every((word, i) => word === others[i])
}

/** Whether models of the same form have the same weights. */
export const sameWeights = (model: Model, other: Model): boolean => {
  const others = weights(other)
  return weights(model).every(({ values }, i) => sameNumbers(values, (others[i] as Initializer).values))
}

/** The names of lists that differ between models of the same form. */
export const differing = (model: Model, other: Model): ReadonlySet<string> => {
  const others = lists(other)
  const differ = lists(model).filter(({ values }, i) => !sameNumbers(values, (others[i] as Initializer).values))
  return new Set(differ.map(({ name }) => name))
}

/** Ports in which dimensions that differ are unknown. */
const loosened = (ports: readonly Port[], others: readonly Port[]): readonly Port[] =>
  ports.map((port, i) => ({
    ...port,
    shape: port.shape.map((d, axis) => (d === (others[i] as Port).shape[axis] ? d : null)),
  }))

/** A model that runs two models of the same form, with some lists as inputs. */
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

/** Whether a model with these lists as inputs runs another one of the same form. */
export const covers = ({ inputs, outputs }: Model, model: Model, other: Model, taken: ReadonlySet<string>): boolean =>
  [...differing(model, other)].every(name => taken.has(name)) &&
  [inputs, outputs].every((ports, side) =>
    (side === 0 ? other.inputs : other.outputs).every(({ shape }, i) =>
      shape.every((d, axis) => ((ports[i] as Port).shape[axis] ?? d) === d),
    ),
  )
