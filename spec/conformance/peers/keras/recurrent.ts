import type * as joinery from '../../../../src/index.ts'
import { gate } from '../activations.ts'
import { type Arr, filled, mapped } from '../array.ts'
import { make, type Part, parts, plain, type Values } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { classOf, type Given, type LayerConfig, type Mapping, type Weights, weight } from './given.ts'

// Recurrent layers of Keras: weights [in, gates · units], in blocks of columns.

/** Rows that every example starts with: this library has no start of each example's own. */
export const sharedStart = ({ shape, data }: Arr): Arr => {
  const units = shape.at(-1) as number
  if (data.some((x, i) => x !== data[i % units])) cannot('an initial state of each example’s own')
  return { shape: [1, units], data: data.slice(0, units) }
}

/** The blocks of columns of a matrix in another order, each with a sign. */
export const blocks = (matrix: Arr, units: number, order: readonly (readonly [block: number, sign: 1 | -1])[]): Arr => {
  const width = units * order.length
  return mapped(matrix, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width]
    const [block, sign] = order[Math.floor(column / units)] as readonly [number, 1 | -1]
    return sign * (matrix.data[row * width + block * units + (column % units)] as number)
  })
}

/** Keras writes update, reset, candidate; here it is reset, update, candidate, and the update is 1 minus that of Keras. */
const gruOrder = [
  [1, 1],
  [0, -1],
  [2, 1],
] as const

/** What recurrent layers are made with. */
interface Walk {
  readonly options: Readonly<Record<string, unknown>>
  readonly values: Readonly<Record<string, Arr>>
}

const lstm = (given: Given): Walk => {
  const { options, side, weights, initial } = given
  if (gate(options.read('activation', 'tanh'), side) !== 'tanh') cannot('LSTM whose activation is not tanh')
  options.ignore('unitForgetBias')
  const own = gate(options.read('recurrentActivation', side === 'keras' ? 'sigmoid' : 'hard_sigmoid'), side)
  const inputWeights = weight(given, 'kernel')
  return {
    options: { ingate: own, forgetgate: own, outgate: own, cell: 'tanh' },
    values: {
      inputWeights,
      hiddenWeights: weight(given, 'recurrent_kernel'),
      biases: weights.named('bias') ?? filled([inputWeights.shape[1] as number]),
      ...(initial ? { hiddenInit: sharedStart(initial[0] as Arr), cellInit: sharedStart(initial[1] as Arr) } : {}),
    },
  }
}

const simpleRnn = (given: Given): Walk => {
  const { options, side, weights, initial } = given
  const inputWeights = weight(given, 'kernel')
  return {
    options: { activation: gate(options.read('activation', 'tanh'), side) },
    values: {
      inputWeights,
      hiddenWeights: weight(given, 'recurrent_kernel'),
      biases: weights.named('bias') ?? filled([inputWeights.shape[1] as number]),
      ...(initial ? { hiddenInit: sharedStart(initial[0] as Arr) } : {}),
    },
  }
}

/** The columns of a matrix from one on. */
const columnsFrom = ({ shape, data }: Arr, first: number): readonly number[] =>
  data.filter((_, i) => i % (shape.at(-1) as number) >= first)

const gru = (given: Given): Walk => {
  const { options, side, weights, initial, shape } = given
  const units = weight(given, 'recurrent_kernel').shape[0] as number
  const own = gate(options.read('recurrentActivation', side === 'keras' ? 'sigmoid' : 'hard_sigmoid'), side)
  // 1 - f(x) is f(-x) of these only.
  if (own !== 'sigmoid' && own !== 'hardSigmoid') cannot('GRU whose gates are not symmetric')
  const [kernel, recurrent] = [weight(given, 'kernel'), weight(given, 'recurrent_kernel')]
  // Both places of the reset gate come to the same where the state that it resets, or its weight, is zero.
  const isSame = columnsFrom(recurrent, 2 * units).every(x => x === 0) || (shape[1] === 1 && !initial)
  if (!options.read('resetAfter', side === 'keras') && !isSame) cannot('GRU that resets before the product')
  const written = weights.named('bias') ?? filled([3 * units])
  const biases = ((): Arr => {
    if (written.shape.length === 1) return written
    const [ofInput, ofState] = [written.data.slice(0, 3 * units), written.data.slice(3 * units)]
    if (ofState.slice(2 * units).some(x => x !== 0)) cannot('GRU with a recurrent bias of the candidate')
    return { shape: [3 * units], data: ofInput.map((x, i) => x + (ofState[i] as number)) }
  })()
  return {
    options: { resetgate: own, updategate: own, hiddenUpdate: gate(options.read('activation', 'tanh'), side) },
    values: {
      inputWeights: blocks(kernel, units, gruOrder),
      hiddenWeights: blocks(recurrent, units, gruOrder),
      biases: blocks(biases, units, gruOrder),
      ...(initial ? { hiddenInit: sharedStart(initial[0] as Arr) } : {}),
    },
  }
}

const walks: Readonly<Record<string, (given: Given) => Walk>> = { LSTM: lstm, GRU: gru, SimpleRNN: simpleRnn }

/** A sequence in the opposite order: Keras leaves outputs in the order walked, this library in that of the steps. */
const reversed = (): joinery.Layer => make('Lambda', <T>(ops: joinery.Ops<T>, x: T) => ops.reverse(x, [1]))

interface Walked extends Part {
  readonly isBackwards: boolean
  readonly returnsSequences: boolean
}

/** One recurrent layer, outputs in the order of the steps. */
const walked = (given: Given): Walked => {
  const { kind, options, name, hasMask } = given
  const walk = walks[kind] ?? cannot(`a recurrent layer ${kind}`)
  options.only('stateful', false, true)
  options.only('timeMajor', false)
  options.only('useBias', true, false)
  options.only('dropout', 0)
  options.only('recurrentDropout', 0)
  // What is returned beside the output, how the walk is computed, and sizes that weights tell.
  options.ignore('returnState', 'implementation', 'units', 'inputLength', 'inputDim')
  if (options.read('zeroOutputForMask', false) && hasMask) cannot(`${kind} with zero outputs where masked`)
  const { options: own, values } = walk(given)
  const isBackwards = options.read('goBackwards', false)
  const returnsSequences = options.read('returnSequences', false)
  const layer = make(kind, weight(given, 'recurrent_kernel').shape[0], {
    ...own,
    name,
    onlyReturnFinal: !returnsSequences,
    backwards: isBackwards,
    unrollScan: options.read('unroll', false),
    mask: hasMask,
  })
  return { layers: [layer], values: { [name]: values }, isBackwards, returnsSequences }
}

const recurrent: Mapping = given => {
  const part = walked(given)
  return part.isBackwards && part.returnsSequences ? parts(part, plain(reversed())) : part
}

const merges: Readonly<Record<string, string>> = { concat: 'concat', sum: 'sum', ave: 'average', mul: 'multiply' }

const prefixed = (prefix: string, values: Values | undefined, name: string): readonly (readonly [string, Arr])[] =>
  Object.entries(values?.[name] ?? {}).map(([variable, value]) => [`${prefix}/${variable}`, value])

const bidirectional: Mapping = given => {
  const { options, name, weights, initial, hasMask, within } = given
  const layer =
    options.read<LayerConfig | null>('layer', null) ?? options.read<LayerConfig>('forwardLayer', { config: {} })
  const backward = options.read<LayerConfig | null>('backwardLayer', null)
  const isBackwards = (layer.config.goBackwards as boolean | undefined) ?? false
  if (isBackwards) cannot('Bidirectional around a layer that goes backwards')
  const plainConfig = ({ name: _, goBackwards: __, ...rest }: Readonly<Record<string, unknown>>): string =>
    JSON.stringify(rest)
  if (backward && (classOf(backward) !== classOf(layer) || plainConfig(backward.config) !== plainConfig(layer.config)))
    cannot('Bidirectional of two different layers')
  if (backward && backward.config.goBackwards !== true) cannot('Bidirectional whose second layer goes forwards')
  const mode = options.has('mergeMode') ? options.read('mergeMode', '') : cannot('Bidirectional without a merge')
  const half = weights.all.length / 2
  const start = initial && initial.length / 2
  const direction = (own: string, some: Weights, from: readonly Arr[] | undefined): Part =>
    within(layer, { name: own, weights: some, initial: from, hasMask })
  const there = direction('forward', weights.slice(0, half), initial?.slice(0, start))
  const back = direction('backward', weights.slice(half, 2 * half), initial?.slice(start))
  return {
    layers: [
      make('Bidirectional', there.layers[0], {
        name,
        merge: merges[mode] ?? cannot(`Bidirectional with merge ${mode}`),
      }),
    ],
    values: {
      [name]: Object.fromEntries([
        ...prefixed('forward', there.values, 'forward'),
        ...prefixed('backward', back.values, 'backward'),
      ]),
    },
  }
}

/** Cells of Keras that are the layers' own. */
const cells: Readonly<Record<string, string>> = { LSTMCell: 'LSTM', GRUCell: 'GRU', SimpleRNNCell: 'SimpleRNN' }

/** A walk of cells: one after another at each step, which is one layer after another. */
const rnn: Mapping = given => {
  const { options, name, weights, initial, hasMask, within, shape } = given
  const cell = options.read<LayerConfig | null>('cell', null)
  const stack = options.read<LayerConfig[] | null>('cells', null)
  const list =
    stack ??
    (cell && classOf(cell) === 'StackedRNNCells'
      ? (cell.config.cells as LayerConfig[])
      : [cell ?? cannot('RNN without a cell')])
  if (list.length > 1 && initial) cannot('an initial state of stacked cells')
  const [isBackwards, returnsSequences] = [options.read('goBackwards', false), options.read('returnSequences', false)]
  const shared = ['stateful', 'unroll', 'timeMajor', 'zeroOutputForMask'] as const
  const common = Object.fromEntries(shared.map(option => [option, options.read<unknown>(option, false)]))
  options.ignore('returnState', 'inputDim', 'inputLength')
  if (hasMask && list.length > 1) cannot('stacked cells with a mask')
  let from = 0
  let features = shape
  const layers = list.map((one, i): Part => {
    const className = cells[classOf(one)] ?? cannot('a recurrent cell of the case’s own')
    const count = one.config.useBias === false ? 2 : 3
    const own = weights.slice(from, from + count)
    from += count
    const isLast = i === list.length - 1
    const config = {
      ...one.config,
      ...common,
      // The first layer turns the order, the others follow.
      goBackwards: isBackwards && i === 0,
      returnSequences: !isLast || returnsSequences,
    }
    const part = within(
      { className, config },
      { name: `${name}-${i}`, weights: own, initial, hasMask, shape: features },
    )
    features = [...shape.slice(0, 2), one.config.units as number]
    return part
  })
  return parts(...layers)
}

/** By class. */
export const recurrents: Readonly<Record<string, Mapping>> = {
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
  Bidirectional: bidirectional,
  RNN: rnn,
}
