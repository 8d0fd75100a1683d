import { type Arr, at, filled, permuted, range, reshaped } from '../array.ts'
import { sharedStart } from '../keras/recurrent.ts'
import { make, type Part, type Plan } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { input, type Mapping, type Node, ofFloats } from './node.ts'

// Recurrent operators of ONNX: [directions, gates · hidden, in], in blocks of rows.

type Kind = 'LSTM' | 'GRU' | 'RNN'

/** The operator's blocks in this library's order, each with its sign. */
const orders: Readonly<Record<Kind, readonly (readonly [block: number, sign: 1 | -1])[]>> = {
  // Input, output, forget, cell; here input, forget, cell, output.
  LSTM: [
    [0, 1],
    [2, 1],
    [3, 1],
    [1, 1],
  ],
  // Update, reset, candidate; the update here is 1 minus that of ONNX.
  GRU: [
    [1, 1],
    [0, -1],
    [2, 1],
  ],
  RNN: [[0, 1]],
}

const gates: Readonly<Record<string, string>> = {
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  relu: 'relu',
  softsign: 'softsign',
  hardsigmoid: 'hardSigmoid',
}
const gateOf = (name: string): string => gates[name.toLowerCase()] ?? cannot(`gate ${name}`)

/** Blocks of rows [gates · hidden, in] as blocks of columns [in, gates · hidden], reordered. */
const columns = (rows: Arr, hidden: number, order: (typeof orders)[Kind]): Arr => {
  const count = rows.shape[1] as number
  const reordered = order.flatMap(([block, sign]) =>
    rows.data.slice(block * hidden * count, (block + 1) * hidden * count).map(x => sign * x),
  )
  return permuted({ shape: rows.shape, data: reordered }, [1, 0])
}

interface Settings {
  readonly kind: Kind
  readonly hidden: number
  readonly names: readonly string[]
  readonly resetsAfter: boolean
}

/** The values of one direction's variables. */
const valuesOf = (
  node: Node,
  direction: number,
  { kind, hidden, resetsAfter }: Settings,
): Readonly<Record<string, Arr>> => {
  const order = orders[kind]
  const width = order.length * hidden
  const part = (place: number): Arr | undefined => {
    const whole = node.inputs[place]
    return whole && at(whole, direction)
  }
  const [w, r] = [part(1) ?? cannot(`${kind} without weights`), part(2) ?? cannot(`${kind} without weights`)]
  const b = part(3) ?? filled([2 * width])
  const [ofInput, ofState] = [b.data.slice(0, width), b.data.slice(width)]
  if (kind === 'GRU') {
    if (ofState.slice(2 * hidden).some(x => x !== 0)) cannot('GRU with a recurrent bias of the candidate')
    const isSame = r.data.slice(2 * hidden * hidden).every(x => x === 0) || stepsOf(node) === 1
    if (!resetsAfter && (!isSame || (stepsOf(node) === 1 && part(5)))) cannot('GRU that resets before the product')
  }
  const both = { shape: [width, 1], data: ofInput.map((x, i) => x + (ofState[i] as number)) }
  const start = (place: number): Arr | undefined => {
    const whole = node.inputs[place]
    return whole && sharedStart(at(whole, direction))
  }
  const [hiddenInit, cellInit] = [start(5), kind === 'LSTM' ? start(6) : undefined]
  const peepholes = kind === 'LSTM' ? part(7) : undefined
  const peephole = (block: number): Arr => ({
    shape: [hidden],
    data: (peepholes as Arr).data.slice(block * hidden, (block + 1) * hidden),
  })
  return {
    inputWeights: columns(w, hidden, order),
    hiddenWeights: columns(r, hidden, order),
    biases: reshaped(columns(both, hidden, order), [width]),
    ...(hiddenInit ? { hiddenInit } : {}),
    ...(cellInit ? { cellInit } : {}),
    ...(peepholes
      ? { weightCellToIngate: peephole(0), weightCellToOutgate: peephole(1), weightCellToForgetgate: peephole(2) }
      : {}),
  }
}

const isBatchFirst = ({ options }: Node): boolean => options.read('layout', 0) === 1
const stepsOf = (node: Node): number => input(node).shape[isBatchFirst(node) ? 1 : 0] as number

/** The options of one direction's layer. */
const optionsOf = ({ kind, names }: Settings): Readonly<Record<string, unknown>> => {
  const [first = 'Sigmoid', second = 'Tanh', third = 'Tanh'] = names
  if (kind === 'RNN') return { activation: gateOf(names[0] ?? 'Tanh') }
  const [gate, other] = [gateOf(first), gateOf(second)]
  if (kind === 'GRU') {
    if (!['sigmoid', 'hardSigmoid'].includes(gate)) cannot('GRU whose gates are not symmetric')
    return { resetgate: gate, updategate: gate, hiddenUpdate: other }
  }
  if (gateOf(third) !== 'tanh') cannot('LSTM whose activation is not tanh')
  return { ingate: gate, forgetgate: gate, outgate: gate, cell: other }
}

const recurrent =
  (kind: Kind): Mapping =>
  node => {
    const { options, outputs, inputs } = node
    ofFloats(...inputs.filter((_, i) => i !== 4))
    const direction = options.read('direction', 'forward')
    const hidden = options.read('hiddenSize', (node.inputs[2] as Arr).shape[2] as number)
    options.only('clip')
    options.only('inputForget', 0)
    options.only('activationAlpha')
    options.only('activationBeta')
    const isFirst = isBatchFirst(node)
    const x = isFirst ? input(node) : permuted(input(node), [1, 0, 2])
    const [batch, time] = x.shape as [number, number]
    const lengths = node.inputs[4]
    const isMasked = lengths?.data.some(n => n !== time) ?? false
    const all = options.read<readonly string[]>('activations', [])
    const directions = direction === 'bidirectional' ? 2 : 1
    if (directions === 2 && all.length > 0 && all.slice(0, all.length / 2).join() !== all.slice(all.length / 2).join())
      cannot(`${kind} of two directions with different activations`)
    const names = directions === 2 ? all.slice(0, all.length / 2) : all
    const settings: Settings = { kind, hidden, names, resetsAfter: options.read('linearBeforeReset', 0) !== 0 }
    const mask: Arr = {
      shape: [batch, time],
      data: range(batch * time).map(i => (i % time < (lengths?.data[Math.floor(i / time)] as number) ? 1 : 0)),
    }
    const part = (onlyReturnFinal: boolean): Part => {
      const own = {
        ...optionsOf(settings),
        onlyReturnFinal,
        mask: isMasked,
        ...(kind === 'LSTM' && node.inputs[7] ? { peepholes: true } : {}),
      }
      const layer = kind === 'RNN' ? 'SimpleRNN' : kind
      if (directions === 1) {
        const made = make(layer, hidden, { ...own, name: 'layer', backwards: direction === 'reverse' })
        return { layers: [made], values: { layer: valuesOf(node, 0, settings) } }
      }
      const both = [valuesOf(node, 0, settings), valuesOf(node, 1, settings)].flatMap((values, i) =>
        Object.entries(values).map(([name, value]) => [`${i === 0 ? 'forward' : 'backward'}/${name}`, value] as const),
      )
      return {
        layers: [make('Bidirectional', make(layer, hidden, own), { name: 'layer' })],
        values: { layer: Object.fromEntries(both) },
      }
    }
    const plan = (onlyReturnFinal: boolean, view: (output: Arr) => Arr): Plan => ({
      inputs: isMasked ? [x, mask] : [x],
      ...part(onlyReturnFinal),
      view,
    })
    // [batch, time, directions, hidden] is [time, directions, batch, hidden] there, without `layout`.
    const whole = (output: Arr): Arr => {
      const apart = reshaped(output, [batch, time, directions, hidden])
      return isFirst ? apart : permuted(apart, [1, 2, 0, 3])
    }
    const final = (output: Arr): Arr => {
      const apart = reshaped(output, [batch, directions, hidden])
      return isFirst ? apart : permuted(apart, [1, 0, 2])
    }
    if (outputs[2]) cannot('the final cell state of LSTM')
    if (outputs[0] && isMasked) cannot(`${kind} with zero outputs where masked`)
    return [...(outputs[0] ? [plan(false, whole)] : []), ...(outputs[1] ? [plan(true, final)] : [])]
  }

/** By operator. */
export const recurrents: Readonly<Record<string, Mapping>> = {
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  RNN: recurrent('RNN'),
}
